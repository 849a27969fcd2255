"""Templates of one's own: seen on real names while typed, made by clicking, remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from lightledger.app.settings import Settings
from lightledger.app.wizard.owntemplates import OwnTemplates
from lightledger.app.wizard.template_card import TemplateCard
from lightledger.app.wizard.template_preview import preview
from lightledger.frames.templatemaking import pattern_of, words_of
from lightledger.frames.templates import Template, TemplateError
from lightledger.workers import Jobs

NAMES = (
    *(
        f"a/IDF_gr{v}_{b}_{k}.fits"
        for v in range(6)
        for b in ("ch1", "ch2")
        for k in ("sci", "unc")
    ),
    "IDF_gr1_ch1_sci_clean.fits",
    "coadd_ch1.fits",
)


@pytest.fixture
def jobs():
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def card(qtbot, jobs, tmp_path: Path):
    made = TemplateCard(jobs, OwnTemplates(Settings(tmp_path / "settings.toml")))
    qtbot.addWidget(made)
    made.resize(440, 420)
    made.show()
    made.set_names(NAMES, "dark-field")
    qtbot.waitUntil(lambda: made.result is not None, timeout=5000)
    return made


def counted(qtbot, card: TemplateCard, pattern: str) -> None:
    card.combo.setEditText(pattern)
    fits = lambda: card.result and card.result.template and card.result.template.pattern == pattern  # noqa: E731
    qtbot.waitUntil(fits, timeout=5000)


def test_a_preview_counts_what_a_template_finds() -> None:
    found = preview("dark-field", NAMES)
    assert (found.n_fit, found.n_names, found.n_visit) == (25, 26, 6)
    assert found.bands == {"ch1": 12, "ch2": 12}
    assert found.kinds == {"sci": 12, "unc": 12}
    assert found.unfit == (25,)
    assert found.n_derived == 1
    assert "25 of 26 names fit; 6 visits; bands: ch1 12, ch2 12" in found.in_words
    assert "mask" in preview("{visit}_{kind}.fits", ("a_mask.fits",)).in_words


@pytest.mark.parametrize(
    ("pattern", "at"),
    [
        ("IDF_{visit}_{foo}.fits", (12, 17)),
        ("IDF_{visit", (4, 5)),
        ("{visit}{band}.fits", (6, 8)),
        ("{visit}_{kind:a|=b}.fits", (16, 18)),
        ("{visit}a{band}", (7, 8)),
    ],
)
def test_a_mistake_is_shown_where_it_is(pattern: str, at: tuple[int, int]) -> None:
    with pytest.raises(TemplateError) as caught:
        Template(pattern)
    assert caught.value.at == at
    assert preview(pattern, NAMES).at == at


def test_a_name_is_coloured_by_what_is_read_in_it(qtbot, card: TemplateCard) -> None:
    model = card.names.names
    counted(qtbot, card, "{visit}_{band}_{kind}.{ext}")
    spans = model.data(model.index(0), Qt.ItemDataRole.UserRole)
    assert [(NAMES[0][a:b], field) for a, b, field in spans] == [
        ("IDF_gr0", "visit"), ("ch1", "band"), ("sci", "kind"), ("fits", "ext"),
    ]  # fmt: skip
    assert model.data(model.index(25), Qt.ItemDataRole.UserRole) is None
    assert "does not fit" in model.data(model.index(25), Qt.ItemDataRole.ToolTipRole)
    assert [mark[:2] for mark in card.edit.marks] == [(0, 7), (8, 14), (15, 21), (22, 27)]
    card.unfit_only.setChecked(True)
    assert model.rowCount() == 1
    assert model.name(0) == "coadd_ch1.fits"


def test_a_mistake_is_said_in_words_and_does_not_scan(qtbot, card: TemplateCard) -> None:
    card.combo.setEditText("{visit}_{foo}")
    qtbot.waitUntil(lambda: "unknown field {foo}" in card.remark.text(), timeout=5000)
    assert card.remark.text().startswith("Character 9:")
    assert card.edit.marks[0][3]
    with qtbot.assertNotEmitted(card.chosen):
        qtbot.keyClick(card.edit, Qt.Key.Key_Return)


def test_clicks_on_a_real_name_make_a_template(qtbot, card: TemplateCard) -> None:
    card.combo.setEditText("other_{visit}")
    name = "a/IDF_gr0_ch1_sci.fits"
    card.marker.show_name(name, ((18, 22, "ext"),))
    for word, field in (("gr0", "visit"), ("ch1", "band"), ("sci", "kind")):
        first = name.index(word)
        card.mark(first, first + 3, field)
    assert card.template() == "IDF_{visit}_{band}_{kind}.{ext}"
    with qtbot.waitSignal(card.chosen) as signal:
        qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    assert signal.args == ["IDF_{visit}_{band}_{kind}.{ext}"]
    card.mark(2, 5, "any")
    assert card.template() == "{any}_{visit}_{band}_{kind}.{ext}"
    card.mark(14, 17, "")
    assert card.template() == "{any}_{visit}_{band}_sci.{ext}"


def test_a_part_is_picked_by_mouse_and_by_keys(qtbot, card: TemplateCard) -> None:
    marker = card.marker
    marker.show_name("IDF_gr0_ch1.fits", ())
    boxes = marker._boxes()
    menus = []
    marker.chosen.disconnect()
    marker.chosen.connect(lambda a, b, place: menus.append((a, b)))
    qtbot.mouseClick(marker, Qt.MouseButton.LeftButton, pos=boxes[5].center().toPoint())
    assert menus == [(4, 7)]
    qtbot.mousePress(marker, Qt.MouseButton.LeftButton, pos=boxes[1].center().toPoint())
    qtbot.mouseMove(marker, boxes[5].center().toPoint())
    marker._to = 1
    qtbot.mouseRelease(marker, Qt.MouseButton.LeftButton, pos=boxes[5].center().toPoint())
    assert menus[-1] == (0, 7)
    marker.setFocus()
    qtbot.keyClick(marker, Qt.Key.Key_Right)
    qtbot.keyClick(marker, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(marker, Qt.Key.Key_Space)
    assert len(menus) == 3


def test_the_menu_says_what_a_part_can_be(qtbot, card: TemplateCard) -> None:
    from PySide6.QtWidgets import QMenu

    card.marker.show_name("gr7_ch1.fits", ())
    card.ask_meaning(0, 3, QPoint(0, 0))
    menu = card.findChildren(QMenu)[-1]
    texts = [act.text() for act in menu.actions()]
    assert texts[0] == "'gr7' is"
    next(act for act in menu.actions() if "visit" in act.text()).trigger()
    menu.close()
    assert card.template() == "{visit}_ch1.fits"


def test_own_templates_are_remembered_by_name(qtbot, jobs, card: TemplateCard, tmp_path) -> None:
    counted(qtbot, card, "{visit}_{band}.{ext}")
    card.remember("my nights")
    again = TemplateCard(jobs, OwnTemplates(Settings(tmp_path / "settings.toml")))
    qtbot.addWidget(again)
    row = again.combo.findText("my nights")
    assert row > 0
    again.combo.setCurrentIndex(row)
    assert again.template() == "{visit}_{band}.{ext}"
    card.remember("header")
    assert "taken" in card.remark.text()


def test_a_hundred_thousand_names_do_not_hold_the_window_up(qtbot, card: TemplateCard) -> None:
    names = tuple(
        f"IDF_gr{i // 4}_ch{1 + i % 2}_{('sci', 'unc')[i // 2 % 2]}.fits" for i in range(100_000)
    )
    card.set_names(names, "dark-field")
    qtbot.waitUntil(lambda: card.result is not None, timeout=20_000)
    assert card.result.n_fit == 100_000
    assert card.result.n_visit == 25_000


WORD = st.text("abXY09", min_size=1, max_size=5)


@given(WORD, WORD, WORD, WORD)
def test_what_is_made_from_a_name_reads_that_name(
    head: str, visit: str, band: str, kind: str
) -> None:
    name = f"{head}_{visit}_{band}-{kind}.fits"
    places, at = {}, len(head) + 1
    for field, text in (("visit", visit), ("band", band), ("kind", kind)):
        places[field] = (at, at + len(text))
        at += len(text) + 1
    assert set(places.values()) <= set(words_of(name))
    fields = Template(pattern_of(name, places)).parse(name)
    assert fields is not None
    # an earlier cut may fit as well, but never another number of parts
    assert fields["kind"] == kind
    assert fields["band"] == band
