"""Settings: declared once, kept in a readable file that several windows share, migrated."""

from __future__ import annotations

import logging
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QSettings

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
from lightledger.app.settings.entry import Entry
from lightledger.app.settings.keyfile import KeyFile

pytestmark = pytest.mark.window
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.fixture
def settings(tmp_path: Path, qapp) -> Settings:
    return Settings(tmp_path / "settings.toml")


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


@pytest.mark.parametrize("text", [b"[view\ntheme = \xff", b"theme = " + b"[" * 20_000])
def test_a_file_that_is_not_toml_is_kept_aside(tmp_path: Path, qapp, caplog, text: bytes):
    file = tmp_path / "settings.toml"
    file.write_bytes(text)
    made = Settings(file)
    assert made.get(THEME) == "system"
    assert (tmp_path / "settings.toml.broken").read_bytes() == text
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
