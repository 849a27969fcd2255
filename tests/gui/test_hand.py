"""The window in the hand: menus, keys, names for a screen reader, what the status bar says."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QObject, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from lightledger.app.commands import SPECS
from lightledger.app.curves import Quantity
from lightledger.app.docklist import DOCKS
from lightledger.app.keysheet import KeySheet
from lightledger.library.field import Field

pytestmark = pytest.mark.window
#: Whatever takes input, with a name of its own or words on it.
INPUTS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)


@pytest.fixture
def shown(window, store, qtbot):
    window.show_field(Field(store), "I8")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    return window


def test_every_action_has_a_menu_and_words(shown):
    without = [spec.name for spec in SPECS if not spec.is_line and not spec.menu]
    assert without == ["back_to_plot"]  # Esc alone
    assert not [spec.name for spec in SPECS if not spec.is_line and not spec.tip]


def test_no_key_does_two_things():
    keys = Counter(key for spec in SPECS for key in spec.keys)
    assert not [key for key, n in keys.items() if n > 1]


def test_settings_and_quit_end_the_file_menu(shown):
    names = [action.objectName() for action in shown.menus["File"].actions()]
    assert names[-2:] == ["change_settings", "quit"]
    assert "save_figure" in names


def test_docks_are_reached_by_keys(shown, qtbot):
    for place, spec in enumerate(DOCKS, start=1):
        key = Qt.Key(Qt.Key.Key_0 + place % 10)
        QTest.keyClick(shown, key, Qt.KeyboardModifier.AltModifier)
        dock = shown.docks[spec.name]
        assert dock.isVisible()
        assert not dock.visibleRegion().isEmpty(), spec.name
        assert QApplication.focusWidget() is not None
        qtbot.waitUntil(lambda: not shown.jobs.busy)


def test_what_takes_input_has_a_name(shown, qtbot):
    for spec in DOCKS:
        content = shown.docks.reveal(spec.name)
        qtbot.waitUntil(lambda: not shown.jobs.busy)
        parts = [part for kind in INPUTS for part in content.findChildren(kind)]
        silent = [part for part in parts if part.isVisible() and not _said(part)]
        assert not [f"{spec.name}: {type(part).__name__} {part.toolTip()}" for part in silent]


def _said(part: QWidget) -> str:
    """What a screen reader says of it; parts of a spin box or a list are said by that."""
    if isinstance(part.parent(), (QAbstractSpinBox, QComboBox, QAbstractItemView)):
        return "a part"
    words = part.text() if isinstance(part, QAbstractButton) else ""
    internal = part.objectName().startswith("qt_")
    return words or part.accessibleName() or ("a part" if internal else "")


def test_the_sheet_of_keys_fits_a_small_screen(shown):
    sheet = KeySheet(shown)
    sheet.adjustSize()
    assert sheet.sizeHint().width() <= 1280
    assert sheet.sizeHint().height() <= 800 - 40  # and its title bar
    sheet.deleteLater()


def test_the_status_bar_says_time_scale_and_unit(shown, qtbot):
    session = shown.open.session
    assert shown._units.text().split() == ["MJD", "(UTC)", "mag", "(AB)"]
    session.display.set_quantity(Quantity.FLUX)
    session.display.set_x("bjd")
    qtbot.waitUntil(lambda: "BMJD (TDB)" in shown._units.text())
    assert "µJy" in shown._units.text()


def test_the_status_bar_forgets_a_point_that_is_left(shown, qtbot):
    shown.open.session.step_cursor(1)
    qtbot.waitUntil(lambda: "MJD" in shown.point.text())
    shown.open.session.set_cursor(None)
    assert shown.point.text() == ""


def test_no_attribute_hides_a_method_of_qt(shown, qtbot):
    """Whoever asks a widget for its window must not get a line of a plot."""
    for dock in DOCKS:
        shown.docks.reveal(dock.name)
    qtbot.waitUntil(lambda: not shown.jobs.busy)
    hidden = {
        f"{type(each).__name__}.{name}"
        for each in (shown, *shown.findChildren(QObject))
        for name, value in vars(each).items()
        if hasattr(QWidget if isinstance(each, QWidget) else QObject, name)
        and not isinstance(value, SignalInstance)
    }
    assert not hidden
