"""Is everything here that the program needs? What ``doctor`` says, part by part."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import lightledger
from lightledger.domain.resources import resource

from . import places

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
#: What some want and none needs.
OPTIONAL = (
    ("pyarrow", "pyarrow", "Parquet", "pip install 'lightledger[parquet]'"),
    ("distributed", "distributed", "many machines", "pip install 'lightledger[cluster]'"),
)
OK, MISSING, ABSENT = "ok", "missing", "not there"


@dataclass(frozen=True)
class Check:
    """One part: present or not, what it is, what to do.

    Attributes
    ----------
    ok : bool
    part, found, advice : str
    needed : bool
        False for what only some want.
    """

    ok: bool
    part: str
    found: str
    advice: str = ""
    needed: bool = True

    @property
    def state(self) -> str:
        """`OK`, `MISSING`, or `ABSENT` for what is not needed."""
        return OK if self.ok else MISSING if self.needed else ABSENT


def run_checks() -> Iterator[Check]:
    """Every check, one after the other."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check(sys.version_info >= (3, 11), "Python", version, "install Python 3.11 or newer")
    yield Check(True, "Lightledger", lightledger.__version__)
    yield Check(True, "system", platform.platform())
    for module, package, purpose, advice in PARTS:
        yield _part(module, package, purpose, advice)
    for module, package, purpose, advice in OPTIONAL:
        yield _part(module, package, purpose, advice, needed=False)
    yield _shipped()
    yield _screen()
    yield from _folders()
    yield _temporary()


def is_whole(checks: Iterable[Check]) -> bool:
    """Whether all that is needed is there."""
    return all(check.ok or not check.needed for check in checks)


def as_text(checks: Iterable[Check]) -> str:
    """The report: a line for each check, and what to do beneath those that failed."""
    lines = []
    for check in checks:
        lines.append(f"{_SAID[check.state]}  {check.part:<22} {check.found}")
        if check.advice and not check.ok:
            lines.append(f"{'':9}{check.advice}")
    return "\n".join(lines)


_SAID = {OK: "ok     ", MISSING: "MISSING", ABSENT: "-      "}


def _part(module: str, package: str, purpose: str, advice: str, needed: bool = True) -> Check:
    try:
        importlib.import_module(module)
        found = f"{importlib.metadata.version(package)} (for {purpose})"
        return Check(True, package, found, needed=needed)
    except ImportError as error:
        # a library of the system that is missing shows as an ImportError naming it
        if ".so" in str(error):
            advice = (
                "install it with your system's packages (on Debian: packaging/system-libraries.sh)"
            )
        return Check(False, package, f"for {purpose}: {error}", advice, needed)


def _shipped() -> Check:
    """Files that come with the program."""
    try:
        folder = resource("observatories.toml").parent
        for name in ("icons/lightledger.svg", "manual/README.md"):
            resource(name)
    except FileNotFoundError as error:
        return Check(False, "shipped files", f"{error} is not there", "install Lightledger anew")
    return Check(True, "shipped files", str(folder))


def _screen() -> Check:
    kind = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform.startswith("linux") and kind not in ("offscreen", "minimal"):
        there = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
        found = there or "none: the window cannot open, figures and every verb work"
        return Check(True, "screen", found)
    return Check(True, "screen", kind or "the system's")


def _folders() -> Iterator[Check]:
    """Where the program writes; without them it works and forgets."""
    portable = places.portable_folder()
    if portable is not None:
        yield Check(True, "portable", f"everything is in {portable}")
    advice = "make it writable; without it Lightledger works, and forgets when it ends"
    for name, folder in (
        ("settings", places.config_folder()),
        ("log", places.log_folder()),
        ("journals", places.data_folder()),
        ("kernels", places.cache_folder()),
    ):
        ok = _may_write(folder)
        found = str(folder) if ok else f"{folder} cannot be written"
        yield Check(ok, name, found, advice, needed=False)


def _may_write(folder: Path) -> bool:
    """Whether a folder, or the one it would be made in, can be written."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def _temporary() -> Check:
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    return Check(
        os.access(folder, os.W_OK), "temporary folder", f"{folder}, {free / 1e9:,.1f} GB free"
    )
