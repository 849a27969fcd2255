"""The dialog of the settings: a widget for each, reset one and all, reached by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox

from lightledger.app.settings import BUDGET_MB, ENTRIES, OBSERVER, THEME, WORKERS, Settings
from lightledger.app.settings.dialog import SettingsDialog

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def dialog(window) -> SettingsDialog:
    window.actions_["change_settings"].trigger()  # a key would stay pressed behind the dialog
    made = window.findChild(SettingsDialog)
    assert made is not None
    return made


def test_the_dialog_has_a_widget_for_each_declared_setting(dialog: SettingsDialog):
    shown = [entry for entry in ENTRIES if entry.page]
    assert list(dialog.fields) == [entry.key for entry in shown]
    for entry in shown:
        widget = dialog.fields[entry.key].widget
        assert widget.accessibleName() == entry.label
        assert entry.help in widget.toolTip()
    assert isinstance(dialog.fields[THEME.key].widget, QComboBox)
    assert isinstance(dialog.fields[BUDGET_MB.key].widget, QSpinBox)
    assert isinstance(dialog.fields[OBSERVER.key].widget, QLineEdit)


def test_settings_are_changed_in_one_dialog_and_reach_the_wizard(window, dialog, qtbot, tmp_path):
    memory = dialog.fields[BUDGET_MB.key].widget
    assert memory.value() == 1024
    memory.setValue(10)
    assert memory.value() == 256, "less makes no sense"
    memory.setValue(4096)
    dialog.fields[WORKERS.key].widget.setValue(1)
    theme = dialog.fields[THEME.key].widget
    theme.setCurrentIndex(theme.findData("dark"))
    assert not window.themes.current.dark
    dialog.save.click()
    assert window.themes.current.dark
    assert [a.data() for a in window.colours.actions() if a.isChecked()] == ["dark"]
    again = Settings(window.settings.file)
    assert (again.get(BUDGET_MB), again.get(WORKERS), again.get(THEME)) == (4096, 1, "dark")
    window.ingesting.start([tmp_path], [])
    choices = window.ingesting.wizard.choices
    choices.output = tmp_path / "out.h5"
    assert choices.request().budget_bytes == 4096 << 20
    assert choices.request().workers == 1
    window.ingesting.wizard.reject()
    qtbot.waitUntil(lambda: window.ingesting.wizard is None, timeout=SLOW)


def test_what_the_dialog_left_alone_stays_as_another_window_made_it(window, dialog):
    Settings(window.settings.file).set(WORKERS, 5)
    dialog.fields[BUDGET_MB.key].widget.setValue(2048)
    dialog.save.click()
    assert window.settings.get(WORKERS) == 5
    assert window.settings.get(BUDGET_MB) == 2048


def test_cancelled_settings_change_nothing(window, dialog):
    dialog.fields[BUDGET_MB.key].widget.setValue(2048)
    dialog.reject()
    assert window.settings.get(BUDGET_MB) == 1024


def test_one_setting_and_all_are_reset(window, dialog, qtbot):
    field, other = dialog.fields[BUDGET_MB.key], dialog.fields[OBSERVER.key]
    assert field.reset_button.isHidden()
    field.widget.setValue(2048)
    other.widget.setText("XYZ")
    assert not field.reset_button.isHidden()
    field.reset_button.click()
    assert (field.value, other.value) == (1024, "XYZ")
    assert field.reset_button.isHidden()
    dialog.reset_all.click()
    assert other.value == ""


def test_pages_and_fields_are_reached_by_keys(window, dialog, qtbot):
    dialog.pages.setFocus()
    qtbot.keyClick(dialog.pages, Qt.Key.Key_Down)
    assert dialog.pages.currentItem().text() == "Measuring"
    assert dialog.fields[BUDGET_MB.key].widget.isVisible()
    qtbot.keyClick(dialog.pages, Qt.Key.Key_Tab)
    assert dialog.fields[BUDGET_MB.key].widget.hasFocus()
