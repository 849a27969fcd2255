"""A window that is killed in the middle of vetting loses at most the verdict of that moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lightledger.library import Journal

pytestmark = pytest.mark.window
N_BEFORE = 25


def test_killed_in_the_middle_it_loses_at_most_one(store):
    path = os.pathsep.join([str(Path(__file__).parents[1] / "support"), *sys.path])
    process = subprocess.Popen(
        [sys.executable, __file__, str(store)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        n_said = int(line)
        if n_said == N_BEFORE:
            break
    process.kill()
    rest, _ = process.communicate()
    n_said = max([n_said, *map(int, rest.splitlines())])
    journal = Journal(store)
    n_kept = sum(act.act == "set_verdict" for act in journal.acts)
    assert n_said >= N_BEFORE
    assert n_kept >= n_said, "what was said to be done is kept"
    assert n_kept <= n_said + 1
    assert journal.n_skipped <= 1


def vet(store: Path) -> None:
    """Vet without end, and say after each verdict how many there are."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication
    from vetting import judge

    from lightledger.app.main import make_application
    from lightledger.app.settings import Settings
    from lightledger.app.window import Window
    from lightledger.library.field import Field

    make_application()
    window = Window(Settings(store.parent / "settings.toml"))
    window.show()
    window.show_field(Field(store))
    window.open.vetting.guard.least_ms = 0
    n = 0
    while True:
        window.open.session.set_index(n % window.open.session.n_object)
        QApplication.processEvents()
        judge(window, Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
        n += 1
        print(n, flush=True)


if __name__ == "__main__":
    vet(Path(sys.argv[1]))
