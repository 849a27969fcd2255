"""The Measure page and what leads to it: the grid, a real star, recipes, several stars of mine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from synthetic import Series

from lightledger.app.measurementnames import measurement_tip, method_meaning, method_words, named
from lightledger.app.settings import Settings
from lightledger.app.wizard import IngestWizard
from lightledger.app.wizard.advanced_card import CONSTANTS, AdvancedCard
from lightledger.app.wizard.grid_model import STATE, GridModel
from lightledger.app.wizard.grid_view import GridView
from lightledger.app.wizard.measure_grid import (
    Facts,
    chosen,
    possible,
    rows_of,
    why_not,
    with_chosen,
    with_preset,
    with_sizes,
)
from lightledger.app.wizard.picture import Found, Picture
from lightledger.app.wizard.proposal import visit_seconds
from lightledger.app.wizard.recipe_file import load_recipe, save_recipe
from lightledger.app.wizard.sky_card import SkyCard
from lightledger.app.wizard.sky_picture import SkyPicture
from lightledger.app.wizard.star_card import StarCard
from lightledger.app.wizard.star_shapes import star_view, treated
from lightledger.app.wizard.state import Choices
from lightledger.app.wizard.target_card import TargetCard
from lightledger.app.wizard.targets import Targets
from lightledger.domain import Catalogues, LightledgerError, Measuring, Presenting, Recipe
from lightledger.domain.methods import Method, measurements_of, parse_method
from lightledger.ingest.presets import presets, read_recipe
from lightledger.photometry.geometry import Geometry
from lightledger.workers import Jobs

pytestmark = pytest.mark.window

LONG = 240_000
DARK = read_recipe("dark-field").measuring
EVERYTHING = read_recipe("everything").measuring


# ---- the grid, without a window


def test_every_preset_is_a_set_of_cells() -> None:
    assert len(chosen(DARK)) == 20
    assert len(chosen(EVERYTHING)) == 37
    for name in presets():
        made = replace(read_recipe(name).measuring, radii_px=(2.0, 3.0))
        assert with_chosen(made, chosen(made)) == replace(made, omit=()), name


@given(st.sets(st.sampled_from(sorted(possible(EVERYTHING, Facts()))), min_size=1))
def test_any_choice_of_cells_is_what_the_recipe_measures(cells: set[str]) -> None:
    made = with_chosen(EVERYTHING, cells)
    assert set(measurements_of(made)) == cells
    assert Recipe.from_toml(Recipe(made).to_toml()).measuring == made
    assert chosen(with_preset(Measuring(), made)) == cells


def test_other_sizes_keep_the_switches() -> None:
    some = with_chosen(DARK, chosen(DARK) - {"clean-aper_r2", "ratio-median_3px"})
    more = with_sizes(some, radii_px=(2.0, 6.0), boxes_px=(3, 9))
    assert "clean-aper_r2" not in chosen(more)
    assert {"sci-aper_r2", "sci-aper_r6", "clean-aper_r6", "ratio-median_9px"} <= chosen(more)
    assert "ratio-median_3px" not in chosen(more)
    fewer = with_sizes(some, radii_px=(3.0,))
    assert fewer.omit == ("ratio-median_3px",)


def test_what_the_data_cannot_give_is_said() -> None:
    bare = Facts(n_unc=0, has_gain=False, has_segmentation=False)
    assert "noise model" in why_not(bare, "clean", Method("auto"))
    assert "segmentation" in why_not(bare, "sci", Method("iso"))
    assert not why_not(bare, "sci", Method("auto"))
    assert not {c for c in possible(EVERYTHING, bare) if c.startswith("clean") or "iso" in c}
    assert possible(EVERYTHING, Facts()) == chosen(EVERYTHING)


def test_more_measurements_take_longer() -> None:
    few = visit_seconds(0.3, 1 << 24, 50_000, Measuring(images=("sci",), radii_px=(3.0,)))
    assert 0.3 < few < visit_seconds(0.3, 1 << 24, 50_000, DARK) < 3


def test_every_method_has_words_and_a_meaning() -> None:
    for method in rows_of(EVERYTHING):
        assert method_words(method)
        assert len(method_meaning(method, "ratio")) > 20
    for name in measurements_of(EVERYTHING):
        tip = measurement_tip(f"ch1_{name}", {"unit": "uJy" if "ratio" not in name else ""})
        assert "Unit: µJy" in tip or "a ratio" in tip
    assert named("R_flux-strange_thing").words == "Strange thing"


# ---- the grid in a window


@pytest.fixture
def grid(qtbot):
    model = GridModel()
    view = GridView(model)
    qtbot.addWidget(view)
    view.resize(420, 500)
    state = {"measuring": DARK}

    def changed(measuring: Measuring) -> None:
        state["measuring"] = measuring
        model.show_measuring(measuring, Facts())

    model.changed.connect(changed)
    model.show_measuring(DARK, Facts())
    view.show()
    return model, view, state


def test_a_click_switches_a_cell_a_heading_a_row(qtbot, qtmodeltester, grid) -> None:
    model, view, state = grid
    qtmodeltester.check(model)
    assert model.n_on == 20
    place = view.visualRect(model.index(0, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "clean-auto" not in measurements_of(state["measuring"])
    assert model.n_on == 19
    view.setCurrentIndex(model.index(1, 0))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert "sci-iso" not in measurements_of(state["measuring"])
    view.horizontalHeader().sectionClicked.emit(1)
    assert {m for m in measurements_of(state["measuring"]) if m.startswith("clean")} >= {
        "clean-auto"
    }
    view.horizontalHeader().sectionClicked.emit(1)
    assert "clean" not in state["measuring"].images
    view.verticalHeader().sectionClicked.emit(0)
    assert {"sci-auto", "clean-auto", "ratio-auto"} <= set(measurements_of(state["measuring"]))


def test_the_last_measurement_stays_on(grid) -> None:
    model, _, state = grid
    alone = with_chosen(DARK, {"sci-auto"})
    model.show_measuring(alone, Facts())
    model.switch([(0, 0)])
    assert model.n_on == 1
    assert state["measuring"] == DARK


def test_cells_say_what_they_are(grid) -> None:
    model, view, _ = grid
    model.show_measuring(DARK, Facts(n_unc=0, has_gain=False))
    assert model.index(0, 1).data(STATE) == "not"
    assert "gain" in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert [line.partition(":")[0] for line in model.reasons()] == ["clean"]
    row = rows_of(DARK).index(parse_method("median_7px"))
    assert model.index(row, 0).data(STATE) == "none"
    assert "ratio alone" in model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    heard = []
    view.pointed.connect(heard.append)
    view.setCurrentIndex(model.index(2, 0))
    assert heard[-1] == "aper_r2"


# ---- a real star


def made_field() -> tuple[Picture, Found]:
    """One star with a neighbour 6 pixels to its right; both have isophotes."""
    yy, xx = np.mgrid[:61, :81].astype(float)
    image = np.zeros((61, 81), np.float32)
    for x, y, flux in ((30, 30, 500.0), (36, 30, 300.0)):
        image += (flux * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / 4)).astype(np.float32)
    labels = np.zeros((61, 81), np.int32)
    labels[(np.hypot(xx - 30, yy - 30) < 4) & (xx < 33)] = 1
    labels[(np.hypot(xx - 36, yy - 30) < 4) & (xx >= 33)] = 2
    x, y = np.array([30.0, 36.0]), np.array([30.0, 30.0])
    two = np.ones(2)
    geometry = Geometry(x, y, 2 * two, 1.5 * two, np.radians(20) * two, 3.5 * two,
                        np.array([1, 2], np.int32), labels, (61, 81))  # fmt: skip
    nan = np.full(2, np.nan)
    found = Found(
        ("I1", "I2"),
        x,
        y,
        nan,
        nan,
        np.array([500.0, 300.0]),
        np.array([True, False]),
        30 * two,
        geometry,
    )
    grey = np.zeros((61, 81), np.uint8)
    picture = Picture(grey, image, "", "a stack", "R", 3.0, "", "none", "", (nan[0], nan[0]), found,
                      True, False)  # fmt: skip
    return picture, found


def test_a_star_has_everything_drawn_that_is_measured() -> None:
    picture, found = made_field()
    view = star_view(
        picture, found, replace(DARK, background="annulus", annulus_px=(9.0, 12.0)), 30, 30
    )
    kinds = {s.key: s for s in view.shapes}
    assert {"auto", "aper_r2", "aper_r5", "box_20", "annulus"} <= set(kinds)
    assert kinds["auto"].a == 7.0
    assert kinds["auto"].angle_deg == pytest.approx(20)
    assert view.name == "I1"
    assert 0 < view.n_foreign < view.n_inside
    assert view.own.sum() == (found.geometry.segmentation == 1).sum()


@pytest.mark.parametrize("how", ["mirror", "mask", "keep"])
def test_neighbours_are_drawn_as_they_are_treated(how: str) -> None:
    picture, found = made_field()
    view = star_view(picture, found, replace(DARK, neighbours=how), 30, 30)
    row, column = round(view.place[1]), round(view.place[0]) + 6
    there = view.image[row, column]
    if how == "mask":
        assert np.isnan(there)
    elif how == "mirror":
        assert there == view.image[row, column - 12]
    else:
        assert there == picture.coadd[30, 36]


def test_a_pixel_whose_opposite_is_foreign_too_is_taken_away() -> None:
    image = np.arange(25, dtype=np.float32).reshape(5, 5)
    foreign = np.zeros((5, 5), bool)
    foreign[2, 0] = foreign[2, 4] = foreign[0, 0] = True
    made = treated(image, foreign, (2.0, 2.0), "mirror")
    assert np.isnan(made[2, 0])
    assert np.isnan(made[2, 4])
    assert made[0, 0] == image[4, 4]


def test_the_star_card_draws_and_goes_on(qtbot) -> None:
    picture, found = made_field()
    card = StarCard()
    qtbot.addWidget(card)
    card.resize(420, 480)
    card.show()
    card.set_stars(found, (30.0, 30.0))
    card.show_measuring(picture, found, replace(DARK, neighbours="mirror"))
    assert {"auto", "iso", "neighbours", "aper_r3", "box_7"} <= set(card.picture.keys())
    assert "mirrored, as drawn" in card.remark.text()
    card.point("biweight_7px")
    first = card.view.name
    qtbot.mouseClick(card.another, Qt.MouseButton.LeftButton)
    assert card.view.name != first


# ---- constants, conventions, recipes


def test_constants_are_folded_explained_and_reset(qtbot) -> None:
    choices = Choices()
    card = AdvancedCard(choices)
    qtbot.addWidget(card)
    card.show()
    assert not card.inside.isVisible()
    card.fold.setChecked(True)
    assert card.inside.isVisible()
    assert all(len(c.meaning) > 30 for c in CONSTANTS)
    with qtbot.waitSignal(card.asked):
        card.fields["cosmic_iterations"].setValue(6)
    card.cap.setChecked(False)
    assert choices.measuring.cosmic_iterations == 6
    assert isinstance(choices.measuring.cosmic_iterations, int)
    assert card.fold.text() == "Constants (2 changed)"
    qtbot.mouseClick(card.reset, Qt.MouseButton.LeftButton)
    assert choices.measuring == Measuring()


def test_conventions_are_explained(qtbot) -> None:
    choices = Choices()
    card = SkyCard(choices)
    qtbot.addWidget(card)
    card.show_measuring(DARK)
    assert "CORRECT" in card.neighbour_remark.text()
    card.convention.setCurrentIndex(card.convention.findData("sextractor"))
    card.convention.activated.emit(1)
    assert choices.measuring.convention == "sextractor"
    card.show_measuring(choices.measuring)
    assert "5 x 5" in card.convention_remark.text()


def test_a_recipe_goes_out_and_comes_in(tmp_path: Path) -> None:
    cells = chosen(EVERYTHING) - {"sci-iso", "ratio-template"}
    recipe = Recipe(
        replace(with_chosen(EVERYTHING, cells), kron_factor=2.0, template="{visit}_{band}.{ext}"),
        Presenting(corrected="off"),
        Catalogues(match="sky"),
    )
    path = tmp_path / "mine.toml"
    save_recipe(path, recipe)
    assert load_recipe(path) == recipe
    choices = Choices()
    choices.take_recipe(recipe)
    assert choices.recipe() == recipe
    with pytest.raises(LightledgerError, match="cannot be written"):
        save_recipe(tmp_path / "no" / "mine.toml", recipe)
    path.write_text("[measuring]\nnonsense = 1\n")
    with pytest.raises(LightledgerError, match="no setting"):
        load_recipe(path)


def test_the_recipe_of_a_store_can_be_loaded(store: Path) -> None:
    assert load_recipe(store) == Recipe()


# ---- my stars


@pytest.fixture
def stars(qtbot):
    jobs, choices = Jobs(), Choices()
    sky = SkyPicture()
    qtbot.addWidget(sky)
    targets = Targets(jobs, choices, sky)
    card = TargetCard(targets, sky)
    yield targets, card, choices
    jobs.close()


def test_several_stars_clicked_named_removed(qtbot, stars) -> None:
    targets, card, choices = stars
    picture, found = made_field()
    targets.follow(picture, found)
    targets.click(30.4, 29.7, 0)
    targets.click(50.0, 20.0, None, another=True)
    assert [(t.name, t.x, t.y) for t in choices.targets] == [
        ("target", 30.0, 30.0), ("target 2", 50.0, 20.0),
    ]  # fmt: skip
    assert "not on the coadd" in card.remark.text()
    card.table.item(1, 0).setText("SN 2026x")
    assert choices.targets[1].name == "SN 2026x"
    card.table.setCurrentCell(0, 0)
    targets.click(36.0, 30.0, 1)
    assert choices.target.x == 36.0
    card.table.item(1, 1).setText("12.5,40 px")
    qtbot.waitUntil(lambda: choices.targets[1].x == 12.5, timeout=LONG)
    card.table.item(1, 1).setText("1000,40 px")
    qtbot.waitUntil(lambda: len(choices.targets) == 1, timeout=LONG)
    assert "outside" in targets.entries[1].said
    card.table.setCurrentCell(1, 0)
    qtbot.mouseClick(card.remove_button, Qt.MouseButton.LeftButton)
    assert [e.name for e in targets.entries] == ["target"]
    assert targets._sky._target.getData()[0].tolist() == [36.0]


def test_a_click_on_another_picture_does_not_count(stars) -> None:
    targets, _card, choices = stars
    picture, found = made_field()
    targets.follow(picture, found)
    targets.click(30.0, 30.0, 0)
    targets.follow(replace(picture, source="a coadd"), found)
    targets.settle()
    assert choices.targets == []
    assert targets.entries[0].wrong


# ---- the page in the wizard


def test_the_measure_page_from_preset_to_recipe(qtbot, tmp_path: Path) -> None:
    night = tmp_path / "night"
    Series(n_visit=4, shape=(128, 128)).write(night)
    w = IngestWizard(None, [night], Settings(tmp_path / "settings.toml"))
    w.resize(1280, 800)
    w.show()
    try:
        for page in (w.files, w.reference, w.measure):
            qtbot.waitUntil(lambda p=page: p.ready or bool(p.trouble), timeout=LONG)
            assert not page.trouble
            if page is not w.measure:
                w.forward()
        page = w.measure
        assert page.methods.preset.currentText() == "Automatic"
        assert page.shown.images == ("sci",)
        before = page.cost.tiles["curves"].text()
        page.methods.preset_chosen.emit("dark-field")
        qtbot.waitUntil(lambda: page.methods.grid.n_on == 20, timeout=LONG)
        assert page.methods.preset.currentText() == "dark-field"
        assert page.cost.tiles["measurements"].text() == "20"
        assert page.cost.tiles["curves"].text() != before
        grid = page.methods.view
        place: QPoint = grid.visualRect(page.methods.grid.index(0, 1)).center()
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert w.choices.measuring.omit == ("clean-auto",)
        assert page.methods.preset.currentText() == "Your own"
        page.methods.boxes.setFocus()
        page.methods.boxes.selectAll()
        qtbot.keyClicks(page.methods.boxes, "5, x")
        assert not page.ready
        page.methods.boxes.selectAll()
        qtbot.keyClicks(page.methods.boxes, "5")
        assert page.ready
        assert page.cost.tiles["measurements"].text() == "13"
        page.save_recipe(tmp_path / "mine.toml")
        saved = load_recipe(tmp_path / "mine.toml")
        assert saved.measuring == page.shown
        page.methods.preset_chosen.emit("Automatic")
        qtbot.waitUntil(lambda: page.methods.grid.n_on != 13, timeout=LONG)
        w.choices.ask(template=saved.measuring.template)
        w.take_paths([tmp_path / "mine.toml"])
        qtbot.waitUntil(lambda: page.methods.grid.n_on == 13, timeout=LONG)
        assert page.methods.boxes.text() == "5"
        assert w.choices.recipe().measuring == saved.measuring
    finally:
        w.shut_down()
        w.hide()
        w.deleteLater()
