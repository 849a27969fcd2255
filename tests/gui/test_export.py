"""The export dialog: the file holds exactly what the label says passes."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lightledger.app.exportdialog import ExportDialog
from lightledger.app.notifications import Notifications
from lightledger.app.presenter import Presenter
from lightledger.app.session import Session
from lightledger.app.settings import Settings
from lightledger.export.formats import FORMATS
from lightledger.library.field import Field
from lightledger.workers import Jobs

pytestmark = pytest.mark.window


@pytest.fixture
def made(qtbot, store, tmp_path):
    """A function that makes a dialog for object rows, with what it hangs on."""
    field = Field(store)
    session, jobs = Session(field), Jobs()
    presenter = Presenter(session, Notifications())

    def make(objects: list[int]) -> ExportDialog:
        dialog = ExportDialog(
            presenter, objects, Settings(tmp_path / "s.ini"), Notifications(), jobs
        )
        dialog.kept = (session, presenter)
        qtbot.addWidget(dialog)
        qtbot.waitUntil(lambda: dialog.n_rows >= 0, timeout=10_000)
        return dialog

    make.session = session
    yield make
    presenter.stop()
    jobs.close()
    field.close()


def written(dialog: ExportDialog, qtbot, path: Path) -> list[str]:
    with qtbot.waitSignal(dialog.exported, timeout=20_000):
        dialog.write(path)
    return path.read_text().splitlines()


def rows_of(lines: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_rows_are_counted_before_and_are_what_is_written(made, qtbot, tmp_path):
    made.session.times.set_filter(53400, 54000)
    dialog = made([0, 7])
    lines = written(dialog, qtbot, tmp_path / "out.csv")
    rows = rows_of(lines)
    assert len(rows) == dialog.n_rows
    assert {row["object"] for row in rows} == {"I1", "I8"}
    assert all(53400 <= float(row["mjd_utc"]) <= 54000 for row in rows)
    assert any(line.startswith("# filter") for line in lines)


def test_only_what_is_in_view_is_a_further_filter(made, qtbot, tmp_path):
    made.session.times.set_filter(53400, 54000)
    made.session.times.set_view(53600, 54500)
    dialog = made([7])
    everything = dialog.n_rows
    dialog.in_view.setChecked(True)
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)
    assert 0 < dialog.n_rows < everything
    rows = rows_of(written(dialog, qtbot, tmp_path / "view.csv"))
    assert len(rows) == dialog.n_rows
    assert all(53600 <= float(row["mjd_utc"]) <= 54000 for row in rows)


def test_magnitudes_by_default_where_they_are_shown(made, qtbot, tmp_path):
    dialog = made([3])
    assert dialog.as_mag.isChecked()
    rows = rows_of(written(dialog, qtbot, tmp_path / "mag.csv"))
    assert rows[0]["unit"].startswith("mag")
    assert 10 < float(rows[0]["value"]) < 25


def test_aavso_extended(made, qtbot, tmp_path):
    dialog = made([7])
    dialog.formats["aavso"].click()
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)
    dialog.observer.setText("XYZ")
    lines = written(dialog, qtbot, tmp_path / "report.txt")
    assert lines[0] == "#TYPE=EXTENDED"
    assert "#OBSCODE=XYZ" in lines
    assert sum(not line.startswith("#") for line in lines) == dialog.n_rows


def test_nothing_passes_is_said_and_cannot_be_saved(made):
    made.session.times.set_filter(52000, 52001)
    dialog = made([7])
    assert dialog.n_rows == 0
    assert not dialog.save.isEnabled()
    assert "widen" in dialog.count_label.text()


def test_a_folder_that_cannot_be_written_is_one_line(made, qtbot, tmp_path):
    dialog = made([7])
    dialog.write(tmp_path / "nowhere" / "out.csv")
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)
    assert "out.csv" in dialog.count_label.text()
    assert "\n" not in dialog.count_label.text()


def test_corrected_export_differs(made, qtbot, tmp_path):
    dialog = made([7])
    raw = rows_of(written(dialog, qtbot, tmp_path / "raw.csv"))
    dialog = made([7])
    dialog.corrected.setChecked(True)
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)
    better = rows_of(written(dialog, qtbot, tmp_path / "better.csv"))
    assert len(raw) == len(better)
    a, b = (np.array([float(row["value"]) for row in rows]) for rows in (raw, better))
    assert not np.allclose(a, b)


@pytest.mark.parametrize("form", [each.name for each in FORMATS if each.counted == "points"])
def test_formats_that_count_points(made, qtbot, tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    dialog = made([0, 7])
    dialog.formats[form].click()
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)
    assert f"{dialog.n_rows:,} points" in dialog.count_label.text()
    path = tmp_path / f"out{dialog.format.suffixes_for(2)[0]}"
    with qtbot.waitSignal(dialog.exported, timeout=20_000) as said:
        dialog.write(path)
    assert said.args[0] == f"{dialog.n_rows:,} points written to {path}"
    assert path.stat().st_size > 0


def test_a_format_of_one_quantity_switches_to_it(made, qtbot):
    dialog = made([7])
    assert dialog.as_mag.isChecked()
    dialog.formats["lightkurve"].click()
    assert dialog.as_flux.isChecked()
    assert not dialog.as_mag.isEnabled()
    dialog.formats["aavso"].click()
    assert dialog.as_mag.isChecked()
    assert not dialog.as_flux.isEnabled()
    dialog.formats["votable"].click()
    assert dialog.as_flux.isEnabled()
    assert dialog.as_mag.isEnabled()
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)


def test_every_format_says_what_it_holds_and_what_is_missing_is_off(made, monkeypatch):
    dialog = made([7])
    for each in FORMATS:
        dialog.formats[each.name].click()
        if not each.missing:
            assert dialog.format is each
            assert dialog.formats[each.name].toolTip() == each.holds
    monkeypatch.setattr("lightledger.export.formats.find_spec", lambda name: None)
    without = made([7])
    assert not without.formats["parquet"].isEnabled()
    assert "pip install 'lightledger[parquet]'" in without.formats["parquet"].toolTip()
    assert without.formats["csv"].isEnabled()


@pytest.mark.parametrize(
    ("form", "objects", "name"),
    [("votable", [7], "etc_passwd.vot"), ("lightkurve", [7, 8], "field.zip")],
)
def test_the_suggested_name_stays_in_the_folder(
    made, qtbot, tmp_path, monkeypatch, form, objects, name
):
    dialog = made(objects)
    dialog.formats[form].click()
    asked = []
    monkeypatch.setattr(
        "lightledger.app.exportdialog.QFileDialog.getSaveFileName",
        lambda *arguments: asked.append(Path(arguments[2])) or ("", ""),
    )
    monkeypatch.setattr(
        type(made.session), "ids", property(lambda self: ["/../etc/passwd"] * 48), raising=False
    )
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=10_000)
    dialog.save.click()
    (path,) = asked
    assert path.parent == Path.home()
    assert path.name == name
