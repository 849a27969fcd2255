"""Windows that really go down: what they leave, and what the next start offers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from lightledger.app.crash.offer import NOT_SENT, CrashBar, CrashDialog
from lightledger.app.crash.report import Report, new_reports
from lightledger.app.crash.watch import Watch, runs_folder, take_ended
from lightledger.app.log.reading import read
from lightledger.installation import places

pytestmark = pytest.mark.window

#: The program itself, on its start page; what shall happen then is done from its own loop.
PROGRAM = """
import ctypes, logging, os, signal, sys
from PySide6.QtCore import QTimer, qFatal
from PySide6.QtWidgets import QApplication
from lightledger.app import main
from lightledger.app.crash.offer import CrashBar
from lightledger.app.settings import LOG_LEVEL

application = main.make_application()

def window():
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, main.Window))

def act():
    {act}

QTimer.singleShot(0, act)
sys.exit(main.run([], new_window=True))
"""
FULL_LOG = (
    'window().settings.set(LOG_LEVEL, "debug"); '
    'logging.getLogger("lightledger.test").debug("a detail")'
)
OFFERED = """
    bars = window().findChildren(CrashBar)
    print(*(bar.words for bar in bars), sep="\\n", end="", flush=True)
    window().close()
"""


def run(act: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(act=act)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": ""},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("act", "number", "words"),
    [
        ("ctypes.string_at(0)", signal.SIGSEGV, "segmentation fault"),
        ("os.kill(os.getpid(), signal.SIGABRT)", signal.SIGABRT, "aborted"),
        ("qFatal('the paint device is gone')", signal.SIGABRT, "aborted"),
    ],
)
def test_a_crash_leaves_a_report_that_the_next_start_offers(act, number, words):
    done = run(act)
    assert done.returncode == -number, done.stderr
    after = run(OFFERED)
    assert after.returncode == 0, after.stderr
    assert after.stdout.startswith("Lightledger ended unexpectedly, ")
    (report,) = places.log_folder().glob("crash-*.txt")
    text = report.read_text()
    assert text.startswith(f"Lightledger crashed: {words}\n")
    assert "Current thread" in text
    assert " in act\n" in text, "where it happened"
    assert "[INFO]" not in text
    assert " INFO lightledger.app [" in text, "the last lines of the log"
    assert "\nnumpy " in text
    assert str(Path.home()) not in text
    if "qFatal" in act:
        assert "CRITICAL lightledger.qt" in text
        assert "the paint device is gone" in text
    if number == signal.SIGSEGV:
        assert run(OFFERED).stdout == "", "offered once"
    assert list(runs_folder().iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_window_is_no_crash_and_a_closed_one_leaves_nothing():
    assert run(FULL_LOG + "; os.kill(os.getpid(), signal.SIGKILL)").returncode == -signal.SIGKILL
    assert read()[-1].text == "a detail", "the level of the log is the setting's at once"
    assert len(list(runs_folder().glob("*.txt"))) == 1
    after = run(OFFERED)
    assert after.stdout == ""
    assert after.returncode == 0, after.stderr
    assert list(places.log_folder().glob("crash-*")) == []
    assert any("ended from outside: no crash" in record.text for record in read())
    assert list(runs_folder().iterdir()) == []


def test_an_exception_that_ends_the_program_leaves_a_report(tmp_path: Path):
    watch = Watch()
    watch.begin()
    try:
        raise ValueError("no window")
    except ValueError as error:
        watch.note(error)
    watch._lock.release()  # the process is gone
    (ended,) = take_ended()
    assert ended.cause == "valueerror: no window"
    assert "Traceback" in ended.words
    assert ended.head.startswith("Lightledger: ")


def test_a_window_that_runs_is_left_alone():
    watch = Watch()
    watch.begin()
    assert list(take_ended()) == []
    watch.end()
    assert list(runs_folder().iterdir()) == []


def test_where_nothing_can_be_written_the_window_opens(tmp_path: Path, monkeypatch):
    (tmp_path / "state").write_text("in the way")
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    watch = Watch()
    watch.begin()
    watch.end()
    assert new_reports() == []


@pytest.fixture
def bar(window, tmp_path: Path) -> CrashBar:
    path = tmp_path / "crash-1.txt"
    path.write_text("Lightledger crashed: aborted\n")
    when = datetime(2026, 11, 23, 12, 25, tzinfo=UTC)
    made = CrashBar([Report(path, when, "aborted", path.read_text())], window)
    made.told.connect(window.say)
    window.centre.put_above(made)
    return made


def test_the_report_is_shown_copied_and_deleted(window, bar: CrashBar):
    assert bar.isVisible()
    assert bar.words == "Lightledger ended unexpectedly, 2026-11-23 12:25 UTC"
    bar.copy_button.click()
    assert QGuiApplication.clipboard().text() == "Lightledger crashed: aborted\n"
    assert NOT_SENT in bar.show_button.toolTip()
    bar.show_button.click()
    dialog = window.findChild(CrashDialog)
    assert dialog.report.toPlainText() == "Lightledger crashed: aborted\n"
    dialog.accept()
    bar.delete_button.click()
    assert not bar.isVisible()
    assert not bar._reports[0].path.exists()


def test_a_report_that_is_kept_stays(bar: CrashBar):
    bar.keep_button.click()
    assert not bar.isVisible()
    assert bar._reports[0].path.exists()
