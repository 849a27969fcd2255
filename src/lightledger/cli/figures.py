"""What the verbs ask of the window; handed in, for no verb imports Qt."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightledger.bench.extraction.result import Result as Extraction
    from lightledger.bench.result import Result
    from lightledger.domain import Control, Report


@dataclass(frozen=True)
class Figures:
    """What only the window can do.

    Attributes
    ----------
    light_curve : callable
        ``(store, object, measurement, first_mjd, last_mjd, corrected, png)`` draws a light curve.
    window : callable
        ``(store, png)`` draws the whole window without a screen.
    open : callable
        ``(paths) -> exit code`` opens the window.
    report : callable
        ``(store, png)`` draws how well a field was measured.
    storage : callable
        ``(result, png)`` draws what ``lightledger bench storage`` measured.
    extraction : callable
        ``(result, png)`` draws what ``lightledger bench extraction`` measured.
    sheet : callable
        ``(store, png, pages, control, report) -> (paths, words)`` draws what was vetted, twenty
        objects a page.
    """

    light_curve: Callable[[Path, str, str, float, float, bool, Path], None]
    window: Callable[[Path, Path], None]
    open: Callable[[list[str]], int]
    report: Callable[[Path, Path], None]
    storage: Callable[[Result, Path], None]
    extraction: Callable[[Extraction, Path], None]
    sheet: Callable[[Path, Path, str, Control, Report], tuple[list[Path], str]]


def missing_for_window() -> str:
    """The package that the window and figures lack, '' where both can be made."""
    for module in ("PySide6", "pyqtgraph"):
        if importlib.util.find_spec(module) is None:
            return module
    return ""


def has_screen(environment: dict[str, str], platform: str) -> bool:
    """Whether a window can be shown."""
    if environment.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal"):
        return False
    if not platform.startswith("linux"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
