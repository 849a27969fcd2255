"""Parts of the wizard by themselves: templates, targets, pictures, trees, small curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage

from lightledger.app.wizard.comparison_card import ComparisonCard
from lightledger.app.wizard.dates import moment, short_time, size_text, span
from lightledger.app.wizard.files_model import FilesModel
from lightledger.app.wizard.minicurve import MiniCurve, robust_range
from lightledger.app.wizard.picture import Found, grey_of
from lightledger.app.wizard.problem_list import ProblemList
from lightledger.app.wizard.sizes import parse_boxes, parse_radii
from lightledger.app.wizard.stages import Stages
from lightledger.app.wizard.state import Choices
from lightledger.app.wizard.summary import Sum
from lightledger.app.wizard.survey import (
    check_output,
    default_output,
    fits_names,
    summarise,
)
from lightledger.domain import Problem, Progress
from lightledger.frames.frame import Frame, FrameTime, Inventory, LeftOut


def a_frame(visit: int, band: str, kind: str) -> Frame:
    mjd = 55000.0 + visit
    return Frame(
        path=f"/x/IDF_gr{visit}_{band}_{kind}.fits",
        name=f"IDF_gr{visit}_{band}_{kind}.fits",
        hdu=0,
        visit=f"gr{visit}",
        band=band,
        band_original=band,
        kind=kind,
        shape=(10, 10),
        n_sub=1,
        size=1,
        mtime_ns=1,
        time=FrameTime(mjd, mjd, mjd, 60.0) if kind == "sci" else None,
        observer=None,
        setup="IRAC",
        unit="MJy/sr",
        pointing=None,
        object_name="dark field",
        saturate=None,
        gain=None,
        read_noise=None,
        airmass_header=float("nan"),
        has_wcs=True,
    )


@pytest.fixture
def inventory() -> Inventory:
    frames = [a_frame(v, b, "sci") for b in ("ch1", "ch2") for v in range(3)]
    frames += [a_frame(0, "ch1", "unc")]
    return Inventory(
        roots=("/x",),
        template="dark-field",
        frames=tuple(frames),
        left_out=(LeftOut("bias.fits", "a bias"),),
        problems=(Problem("no time", "bad.fits"), Problem("repaired", "x.fits", severity="note")),
        n_files=9,
        n_used=7,
        n_refused=1,
    )


def test_a_survey_counts_visits_bands_and_kinds(inventory: Inventory) -> None:
    survey = summarise(inventory)
    assert survey.headline == "dark field: 3 visits in 2 bands over 2 d"
    assert survey.counts.startswith("9 files found = 7 used + 1 left out + 1 refused")
    assert [b.kinds for b in survey.bands] == [(3, 1, 0, 0), (3, 0, 0, 0)]
    assert [n.state for n in survey.notes] == ["refused", "left out", "note"]


def test_the_tree_is_a_sound_model(qtmodeltester, qtbot, inventory: Inventory) -> None:
    model = FilesModel()
    model.set_bands(summarise(inventory).bands)
    qtmodeltester.check(model)
    top = model.index(0, 0, QModelIndex())
    assert model.rowCount(top) == 3
    assert model.data(model.index(1, 0, top)) == "gr1"
    assert model.data(model.index(0, 4, top)) == "1"  # unc of the first visit
    assert model.data(model.index(1, 4, top)) == "-"


def test_the_names_come_from_the_folders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.fits", "b/1.fits.fz", "a.txt", "c.FIT"):
        (tmp_path / name).write_bytes(b"")
    assert fits_names([tmp_path]) == ("c.FIT", "b/1.fits.fz", "b/2.fits")


def test_an_output_is_judged_before_anything_runs(tmp_path: Path) -> None:
    assert check_output(tmp_path / "a.h5").ok
    assert not check_output(None).ok
    assert not check_output(tmp_path).ok
    assert not check_output(tmp_path / "none" / "a.h5").ok
    other = tmp_path / "letter.h5"
    other.write_text("not a store at all")
    assert "not a lightledger store" in check_output(other).text
    (tmp_path / "b.h5.staging").mkdir()
    assert "continued" in check_output(tmp_path / "b.h5").text
    assert default_output([tmp_path], "M 67 / old").name == "M_67_old.h5"


def test_only_what_was_chosen_is_a_requirement(tmp_path: Path) -> None:
    choices = Choices(folders=[tmp_path], output=tmp_path / "a.h5")
    request = choices.request()
    assert request.recipe == type(request.recipe)()
    choices.ask(radii_px=(2.0, 3.0))
    choices.comparison_remove = ("I1",)
    recipe = choices.request().recipe
    assert recipe is not None
    assert recipe.measuring.radii_px == (2.0, 3.0)
    assert recipe.presenting.comparison_remove == ("I1",)


def test_a_picture_is_dark_where_it_is_bright() -> None:
    image = np.random.default_rng(1).normal(100, 1, (50, 60)).astype(np.float32)
    image[25, 30] = 500.0
    image[0, 0] = np.nan
    grey = grey_of(image)
    assert grey.dtype == np.uint8
    assert grey.shape == (50, 60)
    assert grey[25, 30] == grey.min()
    assert grey[0, 0] == 255
    assert grey_of(np.full((4, 4), np.nan, np.float32)).min() == 255
    assert grey_of(np.ones((5000, 30), np.float32)).shape[0] <= 2048


def some_found(n: int = 12) -> Found:
    place = np.arange(n) * 10.0
    ids = tuple(f"I{i + 1}" for i in range(n))
    nan = np.full(n, np.nan)
    flux = np.linspace(100, 1, n)
    return Found(ids, place, place, nan, nan, flux, np.zeros(n, bool), np.full(n, 50.0))


def test_comparison_stars_stay_where_the_stars_are(qtbot) -> None:
    card = ComparisonCard()
    qtbot.addWidget(card)
    found = some_found()
    card.set_found(found, (0, 1, 2))
    card.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    card.toggle(7)
    assert card.added() == ("I8",)
    assert card.removed() == ("I2",)
    # Another threshold: the same stars under other ids.
    columns = list(vars(found).values())[1:8]
    fewer = Found(tuple(f"I{i + 1}" for i in range(11)), *(column[1:] for column in columns))
    card.set_found(fewer, (0, 1))
    assert card.added() == ("I7",)
    assert card.removed() == ("I1",)
    card.toggle(6)
    assert card.added() == ()
    assert card.positions()[0].tolist() == [20.0]


def test_radii_and_boxes_as_typed() -> None:
    assert parse_radii("3, 2;4.5 2") == (2.0, 3.0, 4.5)
    assert parse_radii("0") is None
    assert parse_radii("nan") is None
    assert parse_radii("two") is None
    assert parse_boxes("7 3") == (3, 7)
    assert parse_boxes("2.5") is None


def test_words_for_numbers() -> None:
    assert moment(51544.5) == "2000-01-01 12:00"
    assert moment(float("nan")) == "-"
    assert span(0.0, 0.5) == "12.0 h"
    assert short_time(3700) == "1 h 2 min"
    assert size_text(2.4e10) == "24.0 GB"


def test_a_constant_star_looks_constant(qtbot) -> None:
    low, high = robust_range(1 + np.random.default_rng(2).normal(0, 0.002, 300))
    assert high - low >= 0.05
    curve = MiniCurve()
    qtbot.addWidget(curve)
    curve.resize(300, 120)
    time = np.arange(40.0)
    value = np.ones(40)
    value[3], value[4] = np.nan, 50.0
    curve.set_series(((time, value, curve.palette().text().color(), False),), (0.0, 80.0))
    curve.show_dates = True
    assert curve.n_points == 39
    image = curve.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert {image.pixel(x, y) for x in range(60, 170) for y in range(25, 100)} != {0xFFFFFFFF}


def test_stages_tick_off_what_is_done(qtbot) -> None:
    stages = Stages()
    qtbot.addWidget(stages)
    stages.show_progress(Progress("finding"))
    stages.show_progress(Progress("measuring", 3, 10))
    stages.show_progress(Progress("measuring", 10, 10))
    stages.finish()
    assert stages.names() == ("finding", "measuring")


def test_problems_are_counted_beyond_those_listed(qtbot) -> None:
    problems = ProblemList()
    qtbot.addWidget(problems)
    for n in range(600):
        problems.add(Problem("no time in the header", f"a{n}.fits", "give DATE-OBS"))
    assert problems.list.topLevelItemCount() == 500
    assert problems.title.text().startswith("Problems: 600")


def test_sums_tell_when_they_do_not_add_up() -> None:
    assert Sum(5, "files", ((3, "used"), (2, "refused"))).adds_up
    assert not Sum(6, "files", ((3, "used"), (2, "refused"))).adds_up
