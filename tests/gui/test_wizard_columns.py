"""Catalogues of the visits in the wizard: columns shown, edited, matched, published."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from visitcatalogues import MadeField

import lightledger
from lightledger.app.settings import Settings
from lightledger.app.wizard import IngestWizard

pytestmark = pytest.mark.window

FIELD = MadeField()
LONG = 240_000


@pytest.fixture
def wizard(qtbot, tmp_path: Path):
    folder = FIELD.write(tmp_path / "in", "ecsv")
    made = IngestWizard(None, [folder], Settings(tmp_path / "settings.toml"))
    made.resize(1280, 800)
    made.show()
    yield made
    made.shut_down()
    made.hide()
    made.deleteLater()


def ready(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.ready or bool(page.trouble), timeout=LONG)
    assert not page.trouble


def test_catalogues_become_a_store(qtbot, wizard: IngestWizard, tmp_path: Path) -> None:
    w = wizard
    ready(qtbot, w.files)
    assert w.files.what.currentText() == "Catalogues"
    assert w.route.names == ("Files", "Columns", "Run")
    qtbot.keyClick(w, Qt.Key.Key_Return)
    assert w.page == 1
    ready(qtbot, w.columns)
    table = w.columns.table
    names = [table.item(row, 0).text() for row in range(table.rowCount())]
    assert "sci-auto" in names
    row = names.index("sci-auto")
    assert table.item(row, 3).text()
    assert "matched" in w.columns.matching.counts.text()
    assert f"{FIELD.n_star} objects" in w.columns.matching.objects.text()

    table.item(row, 0).setText("sci-iso")
    ready(qtbot, w.columns)
    assert any(line.startswith("sci-iso=") for line in w.choices.catalogues.columns)
    error = table.cellWidget(table.rowCount() - 1, 2)
    assert error.currentText()
    w.columns.matching.tolerance.setValue(1.0)
    assert w.choices.catalogues.tolerance == 1.0
    ready(qtbot, w.columns)
    assert "tolerance 1 arcsec" in w.columns.matching.objects.text()

    with qtbot.waitSignal(w.runner.finished, timeout=LONG) as finished:
        w.forward()
    report = finished.args[0]
    assert report.visits == {"r": FIELD.n_visit}
    with lightledger.open(report.store) as field:
        assert "r_sci-iso" in field.measurements
        assert "r_sci-auto" not in field.measurements


def test_a_column_is_added_and_left_out(qtbot, wizard: IngestWizard) -> None:
    w = wizard
    ready(qtbot, w.files)
    w.forward()
    ready(qtbot, w.columns)
    page = w.columns
    n = page.table.rowCount()
    assert page.add.count() > 1
    page.add.setCurrentIndex(1)
    name = page.add.currentText()
    page.add.activated.emit(1)
    assert page.table.rowCount() == n + 1
    assert f"column-{name}" in [page.table.item(r, 0).text() for r in range(n + 1)]
    page.table.setCurrentCell(n, 0)
    qtbot.mouseClick(page.remove_button, Qt.MouseButton.LeftButton)
    assert page.table.rowCount() == n
    page.table.item(0, 0).setText("not a name")
    assert "does not map a column" in page.remark.text()
    assert page.table.rowCount() == n
