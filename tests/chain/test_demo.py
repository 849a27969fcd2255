"""The demo as a newcomer runs it: every planted variable found, no decoy, hardly a constant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.timeseries import LombScargle
from ingested import lightledger

import lightledger as ll
from lightledger.analysis.excess import is_variable
from lightledger.demo import read_truth
from lightledger.demo.render import aperture_fraction
from lightledger.demo.truth import TruthRow
from lightledger.domain import DEFAULT_MASK, Flag, LightCurve
from lightledger.library import Field

IMAGES = ("sci", "clean")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "demo"
    done = lightledger("demo", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def truth(demo: Path) -> dict[str, TruthRow]:
    return {row.object: row for row in read_truth(demo / "truth.csv")}


def of_kind(truth: dict[str, TruthRow], kind: str) -> TruthRow:
    (row,) = (row for row in truth.values() if row.kind == kind)
    return row


def corrected(field: Field, row: TruthRow, band: str = "ch1") -> LightCurve:
    return field.light_curve(row.object, field.suggested(band), corrected=True).good()


def best_period(curve: LightCurve, longest: float, terms: int) -> float:
    span = np.ptp(curve.bjd_tdb)
    search = LombScargle(curve.bjd_tdb, curve.value, curve.error, nterms=terms)
    frequency = np.arange(1 / longest, 3.0, 1 / (10 * span))
    return float(1 / frequency[np.argmax(search.power(frequency))])


def test_without_a_screen_a_picture_and_a_table_are_written(demo: Path) -> None:
    assert (demo / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert (demo / "demo.csv").stat().st_size > 10_000
    assert (demo / "demo.h5").exists()


def test_the_example_beside_it_runs_and_finds_a_period(
    demo: Path, truth: dict[str, TruthRow]
) -> None:
    done = subprocess.run(
        [sys.executable, "first_look.py"], cwd=demo, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    words, row = done.stdout.split(), of_kind(truth, "RR Lyrae")
    period = float(words[words.index(f"{row.object}:") + 1])
    assert period == pytest.approx(row.period_d, rel=row.period_tolerance + 1e-4)  # four digits
    assert (demo / "variables.vot").read_text().startswith("<?xml")


def test_every_statistic_has_its_unit(demo: Path) -> None:
    with h5py.File(demo / "demo.h5") as file:
        columns = file["bands/ch1/statistics/sci-aper_r3/raw"]
        units = {name: column.attrs["unit"].decode() for name, column in columns.items()}
    assert units["median"] == units["scatter"] == "uJy"
    assert units["excess"] == units["n_good"] == ""


@pytest.mark.parametrize("band", ["ch1", "ch2"])
def test_variables_are_called_variable_and_nothing_else_is(
    demo: Path, truth: dict[str, TruthRow], band: str
) -> None:
    with ll.open(demo / "demo.h5") as field:
        name = field.suggested(band)
        stats = dict(field.statistics(name, corrected=True))
        called = is_variable(stats, field.well_measured(name, corrected=True))
        said = {field.object_ids[int(i)] for i in np.flatnonzero(called)}
    expected = {row.object for row in truth.values() if row.expect == "variable"}
    constant = {row.object for row in truth.values() if row.role == "constant"}
    others = {row.object for row in truth.values()} - expected - constant
    assert expected <= said
    assert not said & others
    assert len(said & constant) <= 0.01 * len(constant)


def test_points_hit_by_cosmic_rays_are_better_without_them(demo: Path) -> None:
    with ll.open(demo / "demo.h5") as field:
        assert len(field.measurements) == 40
        for band in field.bands:
            sci, clean = (field.block(f"{band}_{i}-aper_r5", corrected=True) for i in IMAGES)
            good = (sci[2] & (DEFAULT_MASK | Flag.COSMIC_RAY)) == 0
            hit = ((sci[2] & Flag.COSMIC_RAY) != 0) & ((sci[2] & DEFAULT_MASK) == 0)
            assert 20 < hit.sum() < 0.02 * hit.size
            off = []
            for value in (sci[0], clean[0]):
                known = np.where(good, value, np.nan)[good.any(axis=1)]
                middle = np.nanmedian(known, axis=1, keepdims=True)
                spread = 1.4826 * np.nanmedian(np.abs(known - middle), axis=1, keepdims=True)
                off.append(
                    (np.abs(value[good.any(axis=1)] - middle) / spread)[hit[good.any(axis=1)]]
                )
            assert np.median(off[0]) > 3
            assert np.median(off[1]) < 1.3
            assert (off[1] > 5).sum() < 0.15 * (off[0] > 5).sum()


@pytest.mark.parametrize(
    ("kind", "longest", "terms"),
    [("RR Lyrae", 10, 2), ("eclipsing binary", 10, 3), ("Mira", 800, 1)],
)
def test_periods(
    demo: Path, truth: dict[str, TruthRow], kind: str, longest: float, terms: int
) -> None:
    row = of_kind(truth, kind)
    with ll.open(demo / "demo.h5") as field:
        found = best_period(corrected(field, row), longest, terms)
    assert row.period_d
    assert row.period_tolerance
    misses = [found / (float(k) * row.period_d) - 1 for k in row.period_multiples.split()]
    assert min(map(abs, misses)) <= row.period_tolerance


def test_the_supernova(demo: Path, truth: dict[str, TruthRow]) -> None:
    row = of_kind(truth, "supernova")
    with ll.open(demo / "demo.h5") as field:
        curve = corrected(field, row)
        radius = float(field.suggested("ch1").rpartition("_r")[2])
    quiet = np.median(curve.value[curve.time < (row.peak_mjd or 0) - 200])
    top = int(np.argmax(curve.value))
    height = (curve.value[top] - quiet) / aperture_fraction(radius, "ch1")
    assert curve.time[top] == pytest.approx(row.peak_mjd, abs=row.peak_mjd_tolerance_d)
    assert height == pytest.approx(row.peak_flux_ch1_ujy, rel=row.peak_flux_tolerance)


def test_the_asteroid_is_an_outlier_in_its_visit_alone(
    demo: Path, truth: dict[str, TruthRow]
) -> None:
    row = of_kind(truth, "moving object")
    with ll.open(demo / "demo.h5") as field:
        for place in row.visits.split():
            band, visit = place.split(":")
            curve = field.light_curve(row.object, field.suggested(band), corrected=True)
            away = np.abs(curve.value - np.nanmedian(curve.value)) / curve.error
            assert str(curve.visit[int(np.nanargmax(away))]) == visit


def test_the_transit_of_the_staring_night(tmp_path: Path) -> None:
    done = lightledger("demo", tmp_path / "night", "--staring")
    assert done.returncode == 0, done.stderr
    (row,) = (
        r for r in read_truth(tmp_path / "night" / "staring_truth.csv") if r.kind == "transit"
    )
    with ll.open(tmp_path / "night" / "staring.h5") as field:
        apart = np.hypot(
            (field.ra_deg - row.ra_deg) * np.cos(np.radians(row.dec_deg)),
            field.dec_deg - row.dec_deg,
        )
        (band,) = field.bands
        name = field.suggested(band)
        curve = field.light_curve(int(np.argmin(apart)), name, corrected=True).good()
    assert row.peak_mjd
    assert row.duration_d
    inside = np.abs(curve.time - row.peak_mjd) < 0.3 * row.duration_d
    outside = np.abs(curve.time - row.peak_mjd) > 0.6 * row.duration_d
    depth = 1 - np.median(curve.value[inside]) / np.median(curve.value[outside])
    assert depth == pytest.approx(row.amplitude, abs=row.amplitude_tolerance)
