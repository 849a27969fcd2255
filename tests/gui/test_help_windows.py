"""Doctor and about as windows; what the program is made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from lightledger import __version__
from lightledger.app.helping.about import AboutDialog
from lightledger.app.helping.doctor import DoctorDialog
from lightledger.installation import checks, notices, places
from lightledger.installation.checks import Check

pytestmark = pytest.mark.window
ROOT = Path(__file__).resolve().parents[2]
SLOW = 60_000


@pytest.fixture
def doctor(window, qtbot) -> DoctorDialog:
    window.actions_["show_doctor"].trigger()
    made = window.findChild(DoctorDialog)
    qtbot.waitUntil(made.copy.isEnabled, timeout=SLOW)
    return made


@pytest.fixture
def about(window, qtbot) -> AboutDialog:
    window.actions_["about"].trigger()
    made = window.findChild(AboutDialog)
    qtbot.waitUntil(lambda: made.table.topLevelItemCount() > 0, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    return made


def test_doctor_says_in_the_window_what_the_command_says(doctor: DoctorDialog):
    assert doctor.said.text() == "All is well."
    names = [check.part for check in doctor.checks]
    assert names[:2] == ["Python", "Lightledger"]
    assert {"PySide6-Essentials", "shipped files", "settings", "log", "kernels"} <= set(names)
    assert doctor.table.topLevelItemCount() == len(names)
    assert doctor.table.topLevelItem(0).text(0) == "✓  ok", "a word, not a colour alone"
    doctor.copy.click()
    text = QGuiApplication.clipboard().text()
    assert text == doctor.text
    assert f"ok       Lightledger            {__version__}" in text
    assert places.log_folder().name in text


def test_what_is_missing_is_said_with_what_to_do(doctor: DoctorDialog):
    doctor._add(Check(False, "sep", "for detection: No module", "pip install lightledger"))
    doctor._add(Check(False, "pyarrow", "for Parquet: No module", "pip install it", needed=False))
    doctor._end()
    assert doctor.said.text() == "Missing: sep"
    rows = [doctor.table.topLevelItem(doctor.table.topLevelItemCount() - n) for n in (2, 1)]
    assert [row.text(0) for row in rows] == ["✗  missing", "–  not there"]
    assert "pip install lightledger" in rows[0].text(2)
    assert "MISSING  sep" in doctor.text
    assert not checks.is_whole(doctor.checks)
    assert checks.is_whole(check for check in doctor.checks if check.part != "sep")


def test_a_folder_that_cannot_be_written_is_noted_and_no_fault(tmp_path: Path, monkeypatch):
    (tmp_path / "settings").write_text("in the way")
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    found = {check.part: check for check in checks._folders()}
    assert not found["settings"].ok
    assert found["log"].ok
    assert found["portable"].found.endswith(str(tmp_path))
    assert checks.is_whole(found.values())


def test_about_names_version_places_and_parts_with_their_licences(about: AboutDialog, window):
    words = " ".join(label.text() for label in about.findChildren(QLabel))
    assert f"Lightledger {__version__}" in words
    assert str(window.settings.file) in words
    table = about.table
    rows = [table.topLevelItem(i) for i in range(table.topLevelItemCount())]
    said = {row.text(0): row.text(2) for row in rows}
    assert {"Python", "numpy", "h5py", "astropy", "PySide6_Essentials"} <= set(said)
    assert "lightledger" not in said
    assert "pytest" not in said, "is not used when the program runs"
    assert all(said.values())


def test_the_licence_of_the_chosen_package_is_shown(about: AboutDialog, qtbot, window):
    about.tabs.setCurrentIndex(1)
    about.table.setFocus()
    item = about.table.findItems("h5py", Qt.MatchFlag.MatchExactly)[0]
    about.table.setCurrentItem(item)
    qtbot.waitUntil(lambda: "Collette" in about.notice.toPlainText(), timeout=SLOW)
    qt = about.table.findItems("PySide6_Essentials", Qt.MatchFlag.MatchExactly)[0]
    about.table.setCurrentItem(qt)
    lesser = "GNU LESSER GENERAL PUBLIC LICENSE"
    qtbot.waitUntil(lambda: lesser in about.notice.toPlainText(), timeout=SLOW)
    assert "BSD 3-Clause" in notices.licence()


def test_notices_hold_every_part_and_its_text(tmp_path: Path):
    target = tmp_path / "out" / "NOTICES.txt"
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "notices.py"), str(target)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = target.read_text(encoding="utf-8")
    for part in notices.parts():
        assert f"{part.name} {part.version}: {part.licence}" in text
        assert notices.texts(part.name), f"{part.name} brings no licence"
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
