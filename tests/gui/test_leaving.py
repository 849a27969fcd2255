"""A program that ends while statistics are computed ends quietly, however it is ended."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.window

#: A window whose store is so large that its statistics are never done before it ends.
PROGRAM = """
import sys, time
from PySide6.QtCore import QTimer
from lightledger.analysis.masks import Filters
from lightledger.app import main, window
from lightledger.library.live import statistics

class Window(window.Window):
    def __init__(self):
        super().__init__()
        main.seen = self

def long(field, control):
    QTimer.singleShot(0, main.seen, end)
    while not control.cancelled:
        time.sleep(0.001)
    statistics(field, field.measurements[0], Filters(), True, control=control)

def begin():
    if main.seen.open is None or main.seen.jobs.busy:
        return
    timer.stop()
    main.seen.jobs.run(long, main.seen.open.session.field)

def end():
    application = main.QApplication.instance()
    {"quit": application.quit, "exit": application.exit}[sys.argv[2]]()

main.Window = Window
application = main.make_application()
timer = QTimer(interval=5)
timer.timeout.connect(begin)
timer.start()
sys.exit(main.run([sys.argv[1]], new_window=True))
"""


@pytest.mark.parametrize("way", ["quit", "exit"])
def test_leaving_while_statistics_are_computed_says_nothing(store, tmp_path, way):
    here = os.environ | {"LIGHTLEDGER_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(store), way],
        env=here, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "Error" not in ended.stderr
    assert "Qt Concurrent" not in ended.stderr
