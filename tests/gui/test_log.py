"""The log: a file that is turned over, without private paths, and the window that shows it."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from lightledger.app.log import writing
from lightledger.app.log.reading import parse, read
from lightledger.app.log.viewer import LogViewer
from lightledger.app.settings import LOG_LEVEL
from lightledger.domain import LightledgerError

pytestmark = pytest.mark.window
LINES = """a line without a record before it
2026-11-23 12:00:00.001Z INFO lightledger.app [12] begins
2026-11-23 12:00:01.002Z WARNING lightledger.settings [12] view/theme: 'purple'
2026-11-23 12:00:02.003Z ERROR lightledger.desk [13] field.h5: not a store
Traceback (most recent call last):
  ValueError: no
2026-11-23 12:00:03.004Z DEBUG lightledger.workers [12] waits
"""


@pytest.fixture
def log() -> Iterator[Path]:
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    level = logging.getLogger("lightledger").level
    writing.start()
    yield writing.log_file()
    writing.stop()
    logging.getLogger("lightledger").setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture
def viewer(window, log: Path) -> LogViewer:
    log.write_text(LINES, encoding="utf-8")
    window.actions_["show_log"].trigger()
    made = window.findChild(LogViewer)
    assert made is not None
    return made


def shown(viewer: LogViewer) -> list[str]:
    return [record.text for record in viewer.model.records]


def test_records_are_written_with_time_level_and_process_and_without_the_home_folder(log: Path):
    say = logging.getLogger("lightledger.desk")
    say.error("%s/stars/field.h5: gone\nmore", Path.home())
    say.debug("not at this level")
    logging.getLogger("numba").info("of no interest")
    logging.getLogger("numba").warning("of interest")
    assert str(Path.home()) not in log.read_text()
    first, second = read()
    assert first.text == "~/stars/field.h5: gone"
    assert first.details == "more"
    assert first.level == "ERROR"
    assert second.source == "numba"


def test_a_large_log_is_turned_over_and_read_across_files(log: Path, monkeypatch):
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, writing._Handler))
    handler.maxBytes = 2000
    for i in range(100):
        logging.getLogger("lightledger.app").info("record %d", i)
    assert [path.name for path in writing.older_first(log)] == [
        "lightledger.log.2", "lightledger.log.1", "lightledger.log",
    ]  # fmt: skip
    assert all(path.stat().st_size <= 2000 for path in writing.older_first(log))
    numbers = [int(record.text.split()[1]) for record in read()]
    assert numbers == list(range(numbers[0], 100))
    assert len(numbers) > 60
    assert len(read(most_bytes=500)) < 20


def test_a_folder_that_cannot_be_written_costs_the_log_and_nothing_else(
    tmp_path: Path, monkeypatch, capsys
):
    (tmp_path / "logs").write_text("in the way")
    monkeypatch.setenv("LIGHTLEDGER_HOME", str(tmp_path))
    writing.start()
    assert "no log" in capsys.readouterr().err


def test_errors_of_the_desk_are_in_the_log_with_their_details(window, log: Path):
    try:
        raise ValueError("bad row")
    except ValueError as error:
        window.desk.error(error)
    window.desk.error(LightledgerError("not a store", "field.h5", "open another"))
    mistake, refused = (record for record in read() if record.source == "lightledger.desk")
    assert mistake.text == "bad row"
    assert "Traceback" in mistake.details
    assert refused.text == "field.h5: not a store; open another"
    assert refused.details == ""


def test_exceptions_of_threads_reach_desk_and_log(window, qtbot, log: Path, capsys):
    window.desk.catch_unexpected()

    def fail() -> None:
        raise ValueError("in a thread")

    with qtbot.waitSignal(window.desk.posted):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    qtbot.waitUntil(window.centre.bar.isVisible)
    assert window.centre.bar.message == "Unexpected: in a thread"
    assert "Traceback" in read()[-1].details

    class Gone:
        def __del__(self) -> None:
            raise ValueError("in a destructor")

    Gone()
    assert read()[-1].level == "WARNING"
    assert "in a destructor" in read()[-1].details


def test_lines_are_records():
    records = parse(LINES.splitlines())
    assert [record.level for record in records] == ["INFO", "WARNING", "ERROR", "DEBUG"]
    assert records[2].details == "Traceback (most recent call last):\n  ValueError: no"
    assert "\n".join(record.whole for record in records) == LINES.partition("\n")[2].rstrip()
    assert parse([]) == []


def test_the_viewer_filters_by_level_and_words(viewer: LogViewer, qtbot):
    assert len(shown(viewer)) == 4
    viewer.level.setCurrentIndex(viewer.level.findData("WARNING"))
    assert shown(viewer) == ["view/theme: 'purple'", "field.h5: not a store"]
    qtbot.keyClicks(viewer.search, "valueerror DESK")
    assert shown(viewer) == ["field.h5: not a store"], "details and sources are searched, too"
    viewer.search.setText("nowhere")
    assert shown(viewer) == []
    assert viewer._count.text() == "0 of 4"


def test_the_viewer_shows_and_copies_the_whole_record(viewer: LogViewer, qtbot):
    viewer.table.setFocus()
    viewer.table.selectRow(1)
    qtbot.keyClick(viewer.table, Qt.Key.Key_Down)
    assert viewer.details.toPlainText().endswith("ValueError: no")
    viewer.copy.click()
    assert QGuiApplication.clipboard().text() == viewer.details.toPlainText()
    viewer.table.clearSelection()
    viewer.copy.click()
    assert QGuiApplication.clipboard().text() == LINES.partition("\n")[2].rstrip()


def test_the_viewer_follows_the_log_and_keeps_what_was_chosen(viewer: LogViewer):
    viewer.table.selectRow(2)
    logging.getLogger("lightledger.app").info("something new")
    viewer.follow()
    assert shown(viewer)[-1] == "something new"
    assert viewer.details.toPlainText().startswith("2026-11-23 12:00:02.003Z ERROR")


def test_the_level_is_a_setting(log: Path):
    for name in LOG_LEVEL.choices:
        writing.set_level(name)
        assert logging.getLogger("lightledger").level == writing.LEVELS[name]
