"""Pictures of the window with each dock: ``python screenshots.py STORE FOLDER [READMES]``.

Light and dark, at one and at two device pixels per pixel, into FOLDER; those that README and manual
show also into READMES. Works on a copy of the store: verdicts of the pictures are nobody's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightledger.app.window import Window

#: Of a window with docks on both sides, and of the smallest one.
SIZE, SMALL = (1600, 1000), (1280, 800)
#: Parts of the window that the manual shows in their own size, and those docks' width and height.
PARTS = ("sky", "pixels", "variability", "periods", "compare", "cleaning", "reference", "vetting")
PART = (560, 620)
#: Those that README and manual show.
SHOWN = ("sky", "pixels", "wizard", "panels", *(f"dock-{name}" for name in PARTS))
#: Verdicts of the first objects of the list, so that there is something to see.
_KEYS = (1, 4, 1, 8, 5, 9, 1, 4)


def main() -> None:
    store, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    for scale in (1, 2):
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)}
        for theme in ("light", "dark"):
            asked = [sys.executable, __file__, str(store), str(out), theme, str(scale)]
            subprocess.run(asked, env=environment, check=True)  # noqa: S603
    if len(sys.argv) > 3:
        readmes = Path(sys.argv[3])
        readmes.mkdir(parents=True, exist_ok=True)
        for name in SHOWN:
            shutil.copy(out / f"{name}-light-1x.png", readmes / f"{name}.png")


def take_all(store: Path, out: Path, theme: str, scale: str) -> None:
    """Every dock in one theme at one scale: Qt takes the scale when it starts."""
    from lightledger.app.main import make_application
    from lightledger.app.render import settle
    from lightledger.app.settings import THEME, Settings
    from lightledger.app.window import Window
    from lightledger.library.field import Field

    make_application()
    with TemporaryDirectory() as scratch:
        field = Field(_beside(store, Path(scratch)))
        settings = Settings(Path(scratch) / "settings.toml")
        settings.set(THEME, theme)
        window = Window(settings)
        window.resize(*SMALL)
        window.show()
        window.show_field(field)
        settle(lambda: not window.jobs.busy)
        _save(window, out / f"window-{theme}-{scale}x.png")
        _vet(window)
        window.resize(*SIZE)
        window.reset_layout()
        settle(lambda: not window.jobs.busy)
        _save(window.centre.current, out / f"panels-{theme}-{scale}x.png")
        for dock in window.docks.all:
            _prepare(window, dock.spec.name)
            settle(lambda: not window.jobs.busy)
            _save(window, out / f"{dock.spec.name}-{theme}-{scale}x.png")
        for name in PARTS:
            _prepare(window, name)
            _save_part(window, name, out / f"dock-{name}-{theme}-{scale}x.png")
        window.actions_["show_keys"].trigger()
        settle(lambda: True)
        sheet = window.findChild(_key_sheet())
        _save(sheet, out / f"keys-{theme}-{scale}x.png")
        sheet.close()
        _show_wizard(window, store.parent, out / f"wizard-{theme}-{scale}x.png")
        window.close()
        window.deleteLater()


def _beside(store: Path, folder: Path) -> Path:
    """A copy of a store whose frames are where they were, seen from it."""
    for other in store.parent.iterdir():
        if other.is_dir():
            (folder / other.name).symlink_to(other)
    return Path(shutil.copy(store, folder / store.name))


def _vet(window: Window) -> None:
    """Some verdicts, and the list half way through."""
    from lightledger.app.render import settle

    window.actions_["vet_list"].trigger()
    assert window.open is not None
    window.open.vetting.guard.least_ms = 0
    for key in _KEYS:
        settle(lambda: not window.jobs.busy and window.open.vetting.guard.has_seen())
        window.actions_[f"verdict_{key}"].trigger()
    window.actions_["leave_list"].trigger()


def _prepare(window: Window, name: str) -> None:
    """A dock in front, with something in it."""
    assert window.open is not None
    session = window.open.session
    window.docks.reveal("objects")
    if window.open.vetting.queue is not None:
        window.actions_["leave_list"].trigger()
    window.docks.table.go_first()
    session.set_cursor(None)
    if name == "pixels":
        session.step_cursor(1)
        session.step_cursor(1)
    if name == "vetting":
        window.actions_["continue_vetting"].trigger()
    window.docks.reveal(name)
    window.say("")


def _save_part(window: Window, name: str, png: Path) -> None:
    """A dock as large as is comfortable to look at."""
    from PySide6.QtCore import Qt

    from lightledger.app.render import settle

    dock = window.docks[name]
    for direction, size in zip(Qt.Orientation, PART, strict=True):
        window.resizeDocks([dock], [size], direction)
    settle(lambda: not window.jobs.busy)
    _save(dock, png)


def _show_wizard(window: Window, frames: Path, png: Path) -> None:
    """The page on which objects are found, of the frames beside the store."""
    from lightledger.app.render import settle

    window.stores.close()
    window.ingesting.start([frames], [])
    wizard = window.ingesting.wizard
    assert wizard is not None
    wizard.resize(*SMALL)
    settle(lambda: not wizard.jobs.busy)
    wizard.go(1)
    settle(lambda: not wizard.jobs.busy)
    _save(wizard, png)
    wizard.reject()


def _save(widget: object, png: Path) -> None:
    """As small as PNG can be."""
    widget.grab().save(str(png), "PNG", 0)  # type: ignore[attr-defined]
    print(png)


def _key_sheet() -> type:
    from lightledger.app.keysheet import KeySheet

    return KeySheet


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[3] in ("light", "dark"):
        take_all(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        main()
