"""Plain data: names, flags, records, recipes and times with known answers."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.domain import (
    Cancelled,
    Catalogues,
    Control,
    Flag,
    LightCurve,
    LightledgerError,
    MeasurementName,
    Problem,
    Recipe,
    ZeroPoints,
    bjd_tdb,
    clean_band,
    is_good,
    mask_of,
    names_of,
    parse_measurement,
    record_dtype,
    visit_table,
)
from lightledger.domain.magnitudes import to_magnitude

bands = st.from_regex(r"[A-Za-z0-9_+]+", fullmatch=True)
images = st.from_regex(r"[a-z0-9]+", fullmatch=True)
methods = st.from_regex(r"[a-z0-9_.]+", fullmatch=True)


@given(bands, images, methods)
def test_measurement_names_are_parsed_from_the_right(band: str, image: str, method: str) -> None:
    name = MeasurementName(band, image, method)
    assert parse_measurement(str(name)) == name


@pytest.mark.parametrize("name", ["", "ch1", "ch1-auto", "_sci-auto", "ch1_sci-", "ch1_-auto"])
def test_what_is_no_measurement_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a measurement name"):
        parse_measurement(name)


@given(st.text())
def test_bands_are_cleaned_once_and_for_all(name: str) -> None:
    cleaned = clean_band(name)
    assert cleaned
    assert clean_band(cleaned) == cleaned
    assert parse_measurement(f"{cleaned}_sci-auto").band == cleaned


@given(st.integers(0, 2**12 - 1))
def test_flags_by_name_and_back(flags: int) -> None:
    assert mask_of(",".join(names_of(flags))) == flags


def test_an_unknown_flag_is_named_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match=r"no flag named 'hot'.*saturated"):
        mask_of("hot")


@given(st.integers(0, 5000))
def test_a_record_is_ten_bytes_a_visit_padded_to_eight(n_visit: int) -> None:
    size = record_dtype(n_visit).itemsize
    assert size % 8 == 0
    assert 0 <= size - 10 * n_visit < 16


def test_a_recipe_survives_its_toml() -> None:
    recipe = Recipe().with_measuring(radii_px=(3.0, 4.5), template='a"\\\n{visit}\x7f', gain=1.5)
    recipe = recipe.with_presenting(target=("HAT-P-32", "ünï"))
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert "[catalogues]" not in recipe.to_toml()
    read = replace(recipe, catalogues=Catalogues(("sci-auto=FLUX_AUTO", "id=NUMBER"), "sky", 2.0))
    assert Recipe.from_toml(read.to_toml()) == read
    assert read.measuring_hash != recipe.measuring_hash
    assert read.from_catalogues
    assert not recipe.from_catalogues


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[measuring]\nfoo = 1", "no setting"),
        ("[other]", "no table"),
        ("a =", "not TOML"),
        ('[measuring]\nmesh_px = "x"', "not like its default"),
        ("measuring = 3", "not a table"),
        ("[measuring]\nradii_px = [true_]", "not TOML"),
        ('[measuring]\nradii_px = ["wide"]', "not like its default"),
        ("a = " + "[" * 50_000, "not TOML"),
        ("[measuring]\ngain = " + "9" * 5_000, "not TOML"),
    ],
)
def test_a_bad_recipe_is_refused_in_one_line(text: str, words: str) -> None:
    with pytest.raises(LightledgerError, match=words) as caught:
        Recipe.from_toml(text, "r.toml")
    assert str(caught.value).startswith("r.toml: ")
    assert "\n" not in str(caught.value)


def test_only_measuring_decides_the_hash() -> None:
    plain = Recipe()
    assert plain.with_presenting(corrected="on").measuring_hash == plain.measuring_hash
    assert plain.with_measuring(gain=2.0).measuring_hash != plain.measuring_hash
    assert plain.differences(plain.with_measuring(gain=2.0)) == ["gain: 0.0, 2.0"]


def test_light_toward_the_observer_arrives_early_at_the_barycentre() -> None:
    """One au toward the source is 499.004784 s (IAU au and exact c)."""
    au_km = 149597870.7
    got = bjd_tdb(np.array([55000.0]), np.array([66.184]), np.array([[au_km, 0.0, 0.0]]), 0.0, 0.0)
    assert (got[0] - 2455000.5) * 86400 == pytest.approx(66.184 + 499.004784, abs=1e-4)


def test_no_magnitude_is_made_of_a_flux_that_is_not_positive() -> None:
    magnitude, error = to_magnitude(np.array([100.0, 0.0, -3.0]), np.array([1.0, 1.0, 1.0]), 23.9)
    assert magnitude[0] == pytest.approx(18.9)
    assert error[0] == pytest.approx(0.010857, abs=1e-6)
    assert np.isnan(magnitude[1:]).all()
    assert np.isnan(error[1:]).all()


def test_visits_become_columns_with_missing_cells_marked() -> None:
    table = visit_table([{"visit": "a", "mjd_utc_mid": 1.0}, {"visit": "b", "n_matched": 4}])
    assert list(table["visit"]) == ["a", "b"]
    assert table["mjd_utc_mid"][0] == 1.0
    assert np.isnan(table["mjd_utc_mid"][1])
    assert list(table["n_matched"]) == [0, 4]
    assert table["transform"].shape == (2, 2, 3)


def light_curve(n: int) -> LightCurve:
    time = np.arange(n, dtype=float)
    value = np.where(time % 3 == 0, np.nan, time).astype("f4")
    flags = np.where(time % 4 == 0, int(Flag.SATURATED), 0).astype("u2")
    names = np.array([f"v{i}" for i in range(n)], dtype=object)
    return LightCurve("I1", "ch1_sci-aper_r3", time, time, value, value, flags, names, "uJy")


def test_between_and_good_keep_every_array_in_step() -> None:
    kept = light_curve(20).between(3, 11).good()
    assert list(kept.visit) == ["v5", "v7", "v10", "v11"]
    assert np.array_equal(kept.time, kept.value)
    assert is_good(kept.value, kept.flags).all()


@given(st.integers(3, 8), st.integers(0, 2**31))
def test_a_comparison_star_is_never_corrected_by_itself(n_star: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ratio = rng.normal(1, 0.01, (n_star, 5))
    weight = rng.uniform(1, 4, n_star)
    total = weight.sum()
    factor = weight @ ratio / total
    zero_points = ZeroPoints(
        factor=factor,
        error=np.full(5, 0.01),
        n_star=np.full(5, n_star, "i4"),
        weight_sum=np.full(5, total),
        clip=np.full(5, np.inf),
        member=np.arange(n_star),
        reference=np.full(n_star, 100.0),
        weight=weight,
    )
    others = weight[1:] @ ratio[1:] / weight[1:].sum()
    got, error = zero_points.without(0, ratio[0] * 100.0, np.zeros(5, "u2"))
    np.testing.assert_allclose(got, others, rtol=1e-9)
    assert (error > 0.01).all()
    same, _ = zero_points.without(99, ratio[0], np.zeros(5, "u2"))
    assert same is zero_points.factor


def test_a_problem_survives_being_stored() -> None:
    problem = Problem("no time", "a.fits", "give a visit table", "refused", "gr1", "ch1")
    assert Problem.from_dict({**problem.as_dict(), "later": "x"}) == problem
    assert str(problem) == "a.fits: no time; give a visit table"


def test_cancel_wakes_a_paused_job() -> None:
    control = Control()
    control.pause()
    caught: list[str] = []

    def job() -> None:
        try:
            control.check()
        except Cancelled as stop:
            caught.append(str(stop))

    thread = threading.Thread(target=job)
    thread.start()
    control.cancel()
    thread.join(5)
    assert caught == ["cancelled; what was finished is kept"]
