"""``lightledger doctor``: is everything here that the program needs?"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

import lightledger

#: Module, package, what it is for, how to get it.
PARTS = (
    ("numpy", "numpy", "everything", "pip install lightledger"),
    ("h5py", "h5py", "stores", "pip install lightledger"),
    ("astropy", "astropy", "FITS, WCS and times", "pip install lightledger"),
    ("scipy", "scipy", "matching, backgrounds", "pip install lightledger"),
    ("numba", "numba", "kernels", "pip install lightledger"),
    ("sep", "sep", "detection on the coadd", "pip install lightledger"),
    ("PySide6.QtWidgets", "PySide6-Essentials", "the window", "pip install 'lightledger[gui]'"),
    ("pyqtgraph", "pyqtgraph", "plots in the window", "pip install 'lightledger[gui]'"),
)


@dataclass(frozen=True)
class Check:
    """One part: present or not, what it is, what to do."""

    ok: bool
    part: str
    found: str
    advice: str = ""


def add_to(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor() -> int:
    """Check the installation part by part, and say how to get what is missing."""
    checks = list(run_checks())
    for check in checks:
        print(f"{'ok     ' if check.ok else 'MISSING'}  {check.part:<22} {check.found}")
        if check.advice and not check.ok:
            print(f"         {check.advice}")
    return 0 if all(check.ok for check in checks) else 1


def run_checks() -> Iterator[Check]:
    """Every check, one after the other."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check(sys.version_info >= (3, 11), "Python", version, "install Python 3.11 or newer")
    yield Check(True, "Lightledger", lightledger.__version__)
    for module, package, purpose, advice in PARTS:
        yield _part(module, package, purpose, advice)
    yield _screen()
    yield _writable()


def _part(module: str, package: str, purpose: str, advice: str) -> Check:
    try:
        importlib.import_module(module)
        found = f"{importlib.metadata.version(package)} (for {purpose})"
        return Check(True, package, found)
    except ImportError as error:
        # a library of the system that is missing shows as an ImportError naming it
        if ".so" in str(error):
            advice = (
                "install it with your system's packages (on Debian: packaging/system-libraries.sh)"
            )
        return Check(False, package, f"for {purpose}: {error}", advice)


def _screen() -> Check:
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform.startswith("linux") and platform not in ("offscreen", "minimal"):
        there = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
        found = there or "none: the window cannot open, figures and every verb work"
        return Check(True, "screen", found)
    return Check(True, "screen", platform or "the system's")


def _writable() -> Check:
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    return Check(
        os.access(folder, os.W_OK), "temporary folder", f"{folder}, {free / 1e9:,.1f} GB free"
    )
