"""Chooses the command or the window; the only module that knows both."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightledger import cli
from lightledger.domain import LightledgerError
from lightledger.installation import places

if TYPE_CHECKING:
    from lightledger.bench.extraction.result import Result as Extraction
    from lightledger.bench.result import Result
    from lightledger.domain import Control, Report


def _need_qt() -> None:
    if missing := cli.missing_for_window():
        raise LightledgerError(
            f"the window and figures need {missing}, which is not installed",
            advice="pip install 'lightledger[gui]'; every other verb works without it",
        )


def _draw_light_curve(
    store: Path, name: str, measurement: str, first: float, last: float, corrected: bool, png: Path
) -> None:
    _need_qt()
    from lightledger.app import render

    render.render_light_curve(store, name, measurement, first, last, corrected, png)


def _draw_window(store: Path, png: Path) -> None:
    _need_qt()
    from lightledger.app import render

    render.render_window(store, png)


def _open_window(paths: list[str], *, new_window: bool = False) -> int:
    _need_qt()
    # Qt itself would abort, with a core.
    if "QT_QPA_PLATFORM" not in os.environ and not cli.has_screen(dict(os.environ), sys.platform):
        raise LightledgerError(
            "there is no screen to open a window on",
            advice="over ssh 'ssh -X' lends yours; 'lightledger --help' lists what works without",
        )
    from lightledger.app.main import run

    return run(paths, new_window=new_window)


def _draw_report(store: Path, png: Path) -> None:
    _need_qt()
    from lightledger.app import reportfigure

    reportfigure.render_report(store, png)


def _draw_storage(result: Result, png: Path) -> None:
    _need_qt()
    from lightledger.app import benchfigure

    benchfigure.render_storage(result, png)


def _draw_extraction(result: Extraction, png: Path) -> None:
    _need_qt()
    from lightledger.app import extractionfigure

    extractionfigure.render_extraction(result, png)


def _draw_sheet(
    store: Path, png: Path, pages: str, control: Control, report: Report
) -> tuple[list[Path], str]:
    _need_qt()
    from lightledger.app.vetting import sheetfigure

    return sheetfigure.render_sheet(store, png, pages, control, report)


def _is_for_the_command(arguments: list[str]) -> bool:
    """A verb, an option, or something that is neither a store nor a folder."""
    if not arguments:
        return False
    first = arguments[0]
    return first in cli.VERBS or first.startswith("-") or not Path(first).exists()


def main() -> int:
    """Entry point of ``lightledger``."""
    arguments = places.take_option(sys.argv[1:])
    if new_window := arguments[:1] == ["--new-window"]:
        del arguments[0]
    figures = cli.Figures(
        _draw_light_curve,
        _draw_window,
        _open_window,
        _draw_report,
        _draw_storage,
        _draw_extraction,
        _draw_sheet,
    )
    if _is_for_the_command(arguments):
        return cli.run(arguments, figures)
    try:
        return _open_window(arguments, new_window=new_window)
    except LightledgerError as error:
        print(f"lightledger: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
