"""Settings: declared once, kept in a readable file that several windows share, migrated."""

from __future__ import annotations

import logging
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox

from lightledger.app.settings import (
    BUDGET_MB,
    COLUMNS_SHOWN,
    ENTRIES,
    OBSERVER,
    THEME,
    VERDICTS_SHOWN,
    WORKERS,
    Y_SCALE,
    Settings,
)
from lightledger.app.settings.dialog import SettingsDialog
from lightledger.app.settings.entry import Entry
from lightledger.app.settings.keyfile import KeyFile
from lightledger.installation import places

pytestmark = pytest.mark.window
SLOW = 20_000
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.fixture
def settings(tmp_path: Path, qapp) -> Settings:
    return Settings(tmp_path / "settings.toml")


@pytest.fixture
def dialog(window) -> SettingsDialog:
    window.actions_["change_settings"].trigger()  # a key would stay pressed behind the dialog
    made = window.findChild(SettingsDialog)
    assert made is not None
    return made


# ---- declarations


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_each_setting_is_declared_in_full(entry: Entry):
    assert entry.key.count("/") == 1
    assert entry.help.endswith(".")
    assert entry.checked(entry.default) == entry.default
    assert entry.allowed
    assert bool(entry.label) == bool(entry.page), "what the dialog shows has a label"


def test_no_two_settings_share_a_key():
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize(
    ("entry", "value", "words"),
    [
        (THEME, "purple", "is not one of 'system', 'light', 'dark'"),
        (BUDGET_MB, 10, "is not within 256 to"),
        (BUDGET_MB, "many", "is not a whole number"),
        (BUDGET_MB, True, "is not a whole number"),
        (OBSERVER, 3, "is not a text"),
        (Entry("a/b", 0.5, "Half.", high=1), float("nan"), "is not within"),
    ],
)
def test_what_cannot_be_is_refused_in_words(settings: Settings, entry, value, words):
    with pytest.raises(ValueError, match=words):
        entry.checked(value)
    with pytest.raises(ValueError, match=words):
        settings.set(entry, value)
    assert settings.get(entry) == entry.default
    assert not settings.file.exists()


# ---- the file


def test_the_file_is_readable_and_holds_only_what_was_chosen(settings: Settings):
    settings.set(BUDGET_MB, 4096)
    settings.set(OBSERVER, '  ÅB"1\\ ')
    settings.set(COLUMNS_SHOWN, "mag,excess")
    text = settings.file.read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        "version": 2,
        "export": {"observer": 'ÅB"1\\'},
        "run": {"memory_mb": 4096},
    }
    assert "# Memory for publishing a store; more is faster on slow disks. (256 to" in text
    again = Settings(settings.file)
    assert again.get(BUDGET_MB) == 4096
    assert again.get(COLUMNS_SHOWN) == "mag,excess"
    settings.reset()
    assert tomllib.loads(settings.file.read_text()) == {"version": 2}
    assert again.get(BUDGET_MB) == 1024
    assert again.get(COLUMNS_SHOWN) == "mag,excess", "not of the dialog"


@given(st.dictionaries(st.tuples(TEXT, TEXT), st.text() | st.booleans() | st.integers(-9, 9**20)
                       | st.floats(allow_nan=False)))  # fmt: skip
def test_any_value_comes_back_as_it_was(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("any") / "any.toml"
    keys = {f"t{t}".replace("/", "") + "/" + f"n{n}".replace("/", ""): v
            for (t, n), v in values.items()}  # fmt: skip
    expected = {k: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v
                for k, v in keys.items()}  # fmt: skip
    made = [KeyFile(path, 1, lambda _, v: v, lambda _: "", "any") for _ in range(2)]
    made[0].update(keys)
    assert made[1].values() == expected


def test_two_windows_do_not_lose_each_others_changes(settings: Settings, qtbot):
    other = Settings(settings.file)
    settings.set(THEME, "dark")
    other.set(WORKERS, 3)
    settings.set(OBSERVER, "XYZ")
    for each in (settings, other, Settings(settings.file)):
        assert (each.get(THEME), each.get(WORKERS), each.get(OBSERVER)) == ("dark", 3, "XYZ")
    other.follow()
    heard: list[str] = []
    other.changed.connect(heard.append)
    settings.set(THEME, "light")
    assert heard == []
    other.follow()
    assert heard == [THEME.key]


def test_many_writers_at_once_lose_nothing(tmp_path: Path):
    path = tmp_path / "shared.toml"

    def write(who: int) -> None:
        mine = KeyFile(path, 1, lambda _, v: v, lambda _: "", "shared")
        for i in range(10):
            mine.update({f"w{who}/n{i}": i})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    tables = tomllib.loads(path.read_text())
    assert sum(len(table) for table in tables.values() if isinstance(table, dict)) == 40
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".new"] == []


def test_unknown_keys_stay_and_wrong_values_are_said_once(tmp_path: Path, qapp, caplog):
    file = tmp_path / "settings.toml"
    file.write_text('loose = 1\n[view]\ntheme = "purple"\ny_scale = 3\n[mine]\nlist = [1, 2]\n')
    with caplog.at_level(logging.WARNING, "lightledger.settings"):
        made = Settings(file)
        assert made.get(THEME) == "system"
        assert made.get(Y_SCALE) == "same"
        made.get(THEME)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 4
    assert "view/theme: 'purple' is not one of 'system', 'light', 'dark'; 'system' is used" in said
    assert "mine/list: not a setting of this version; it stays in settings.toml" in said
    made.set(THEME, "dark")
    tables = tomllib.loads(file.read_text())
    assert tables["loose"] == 1
    assert tables["mine"] == {"list": "[1, 2]"}
    assert tables["view"]["theme"] == "dark"


def test_a_newer_file_is_used_and_stays_newer(tmp_path: Path, qapp, caplog):
    file = tmp_path / "settings.toml"
    file.write_text('version = 9\n[view]\ntheme = "dark"\n[new]\nthing = true\n')
    made = Settings(file)
    assert made.get(THEME) == "dark"
    assert "newer version (9)" in caplog.text
    made.set(WORKERS, 2)
    tables = tomllib.loads(file.read_text())
    assert tables["version"] == 9
    assert tables["new"] == {"thing": True}


def test_a_file_that_is_not_toml_is_kept_aside(tmp_path: Path, qapp, caplog):
    file = tmp_path / "settings.toml"
    file.write_bytes(b"[view\ntheme = \xff")
    made = Settings(file)
    assert made.get(THEME) == "system"
    assert (tmp_path / "settings.toml.broken").read_bytes() == b"[view\ntheme = \xff"
    assert "kept as settings.toml.broken" in caplog.text
    made.set(THEME, "dark")
    assert Settings(file).get(THEME) == "dark"


def test_where_nothing_can_be_written_settings_hold_for_the_run(tmp_path: Path, qapp, caplog):
    (tmp_path / "file").write_text("in the way")
    made = Settings(tmp_path / "file" / "settings.toml")
    made.set(THEME, "dark")
    made.set(WORKERS, 2)
    assert made.get(THEME) == "dark"
    assert made.get(WORKERS) == 2
    assert caplog.text.count("settings are not kept") == 1


def test_settings_of_the_first_version_are_taken_over(tmp_path: Path, qapp, store):
    old = QSettings(str(tmp_path / "lightledger.ini"), QSettings.Format.IniFormat)
    for key, value in {
        "view/theme": "dark",
        "view/y_scale": "sideways",
        "run/memory_mb": 2048,
        "vetting/verdicts": "variable, lens",
        "table/columns": "mag,n_good",
        "recent/stores": f'["{store}"]',
        "window/version": 2,
        "window/geometry": QByteArray(b"abc"),
        "window/state": QByteArray(b"\x00def"),
        "kept/0123": '{"object_id": "I9", "panels": []}',
    }.items():
        old.setValue(key, value)
    old.sync()
    made = Settings(tmp_path / "settings.toml")
    assert made.get(THEME) == "dark"
    assert made.get(Y_SCALE) == "same"
    assert made.get(BUDGET_MB) == 2048
    assert made.get(VERDICTS_SHOWN).startswith("variable, lens, AGN")
    assert made.get(COLUMNS_SHOWN).split(",")[0] == "mag"
    assert made.recent() == [store]
    assert made.layout() == (QByteArray(b"abc"), QByteArray(b"\x00def"))
    assert (tmp_path / "lightledger.ini").exists(), "an older version may still want it"
    made.set(THEME, "light")
    assert Settings(tmp_path / "settings.toml").get(THEME) == "light", "taken over once"


def test_of_too_many_stores_the_longest_unopened_are_forgotten(settings: Settings, tmp_path: Path):
    stores = [tmp_path / f"{n}.h5" for n in range(105)]
    for store in stores:
        settings.set_star(store, "I1")
        settings.set_kept(store, "how")
    kept = [store for store in stores if settings.kept(store)]
    assert kept == stores[5:]
    assert all(settings.star(store) == "I1" for store in stores)


# ---- the dialog


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


# ---- portable


def test_portable_keeps_everything_in_one_folder(tmp_path: Path):
    program = """
from lightledger.installation import places
folders = [getattr(places, name)() for name in
           ("config_folder", "state_folder", "data_folder", "log_folder", "cache_folder")]
print(*(folder.relative_to(places.portable_folder()) for folder in folders), sep="\\n")
from lightledger.app.settings import Settings, THEME
Settings().set(THEME, "dark")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"LIGHTLEDGER_HOME": str(tmp_path), "PATH": "", "HOME": "/nowhere"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.split() == ["settings", "state", "data", "logs", "cache"]
    assert 'theme = "dark"' in (tmp_path / "settings" / "settings.toml").read_text()


def test_portable_by_option_and_by_a_file_beside_the_program(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "lightledger")])
    monkeypatch.delenv(places.VARIABLE, raising=False)
    assert places.portable_folder() is None
    given: dict[str, str] = {}
    assert places.take_option(["field.h5", "--portable"], given) == ["field.h5", "--portable"]
    assert places.take_option(["--portable", "field.h5"], given) == ["field.h5"]
    assert given == {places.VARIABLE: str(tmp_path / "lightledger-data")}
    assert places.take_option([f"--portable={tmp_path / 'x'}", "doctor"], given) == ["doctor"]
    assert given == {places.VARIABLE: str(tmp_path / "x")}
    (tmp_path / places.MARKER).touch()
    assert places.config_folder() == tmp_path / "lightledger-data" / "settings"
