"""The report on a store: the same objects in every bin, the best type named, counts that add up."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.analysis.excess import VARIABLE_ABOVE, add_excess
from lightledger.analysis.quality import AT_LEAST, IN_A_BIN, MOST_BINS, assess, relative_scatter
from lightledger.domain import Recipe, ZeroPoints

N_VISIT = 60


@dataclass
class Tables:
    """A store of statistics alone: two types, one better for the bright, one for the faint."""

    magnitude: np.ndarray
    relative: dict[str, np.ndarray]
    blended: np.ndarray | None = None
    fitted: bool = False
    zero_point: float = 23.9
    bands: tuple[str, ...] = ("ch1",)
    n_good: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def n_object(self) -> int:
        return self.magnitude.size

    @property
    def object_ids(self) -> list[str]:
        return [f"I{i}" for i in range(self.n_object)]

    @property
    def objects(self) -> dict[str, np.ndarray]:
        return {} if self.blended is None else {"blended": self.blended.astype("u1")}

    def measurements(self, band=None):
        return tuple(self.relative)

    def n_visit(self, band):
        return N_VISIT

    def visits(self, band):
        return {"airmass": np.full(N_VISIT, np.nan)}

    def attributes(self, measurement):
        quantity = "ratio" if "_ratio-" in measurement else "flux"
        return {"zero_point": self.zero_point, "magnitude_system": "AB", "quantity": quantity}

    def zero_points(self, measurement):
        none = ZeroPoints.none(N_VISIT)
        return ZeroPoints(**(vars(none) | {"member": np.array([0])})) if self.fitted else none

    def statistics(self, measurement, corrected=False):
        flux = 10 ** (-0.4 * (self.magnitude - 23.9))
        n = self.magnitude.size
        full = np.full(n, N_VISIT)
        scatter = flux * self.relative[measurement] * (0.5 if corrected else 1.0)
        table = {
            "n_good": self.n_good.get(measurement, full),
            "n_observed": full,
            "n_saturated": np.zeros(n, int),
            "n_edge": np.zeros(n, int),
            "median": flux,
            "scatter": scatter,
            "spread": scatter,
            "median_error": scatter,
        }
        add_excess(table)
        return table


def field_of(n: int = 400, seed: int = 1, **more) -> Tables:
    rng = np.random.default_rng(seed)
    magnitude = rng.uniform(14, 20, n)
    photons = 0.002 * 10 ** (0.3 * (magnitude - 14))
    sky = 0.0005 * 10 ** (0.4 * (magnitude - 14))
    noise = rng.normal(1, 0.03, n)
    types = {
        "ch1_sci-aper_r2": np.hypot(photons, 0.01) * noise,
        "ch1_sci-aper_r5": np.hypot(photons, 3 * sky) * noise,
    }
    return Tables(magnitude, types, **more)


def test_each_type_is_best_where_it_is() -> None:
    store = field_of()
    (band,) = assess(store, Recipe()).bands
    assert band.best[0] == "ch1_sci-aper_r5"
    assert band.best[-1] == "ch1_sci-aper_r2"
    assert sum(band.n_object) <= store.n_object
    turn = band.best.index("ch1_sci-aper_r2")
    assert set(band.best[:turn]) == {"ch1_sci-aper_r5"}
    for name, row in band.scatter.items():
        for place, value in enumerate(row):
            low, high = band.edges[place : place + 2]
            inside = (store.magnitude >= low) & (store.magnitude < high)
            assert value == pytest.approx(np.median(store.relative[name][inside]), rel=0.05)


def test_points_add_up_and_the_answer_is_json() -> None:
    store = field_of(n_good={"ch1_sci-aper_r2": np.full(400, 50)})
    quality = assess(store, Recipe())
    assert quality.n_points == 2 * 400 * N_VISIT
    assert quality.n_measured == 400 * (50 + N_VISIT)
    assert quality.n_flagged == 400 * 10
    again = json.loads(json.dumps(quality.as_dict(), allow_nan=False))
    assert again["n_points"] == again["n_measured"] + again["n_flagged"]
    assert len(again["bands"][0]["best"]) == len(again["bands"][0]["edges"]) - 1


def test_variables_and_blends_are_not_what_noise_is_measured_by() -> None:
    store = field_of(blended=np.arange(400) % 3 == 0)
    clean = assess(store, Recipe()).bands[0]
    assert sum(clean.n_object) <= np.count_nonzero(~store.blended)
    wild = np.arange(400) % 20 == 1
    for name in store.relative:
        store.relative[name] = np.where(wild | store.blended, 0.9, store.relative[name])
    quality = assess(store, Recipe())
    for name, row in quality.bands[0].scatter.items():
        assert max(row) < 0.5, name
    excess = store.statistics(quality.measurement)["excess"]
    excess[store.blended] = -np.inf
    expected = [f"I{i}" for i in np.argsort(-excess)[:5]]
    assert [each.object for each in quality.variable] == expected
    assert set(expected) <= {f"I{i}" for i in np.flatnonzero(wild)}
    assert all(each.sure for each in quality.variable)


def test_a_type_that_loses_objects_is_not_made_better_by_it() -> None:
    store = field_of()
    fast = store.relative["ch1_sci-aper_r2"] * 0.5
    lost = np.where(np.arange(400) % 3 != 0, 0, N_VISIT)  # the others were never measured well
    store.relative["ch1_clean-aper_r2"] = fast
    store.n_good["ch1_clean-aper_r2"] = lost
    (band,) = assess(store, Recipe()).bands
    assert "ch1_clean-aper_r2" not in band.best
    assert np.isnan(band.scatter["ch1_clean-aper_r2"]).all()


def test_types_are_compared_corrected_where_that_can_be() -> None:
    store = field_of(fitted=True)
    quality = assess(store, Recipe())
    assert (quality.corrected, quality.as_shown_corrected) == (True, False)
    raw = assess(field_of(), Recipe())
    assert quality.bands[0].scatter["ch1_sci-aper_r2"][0] == pytest.approx(
        raw.bands[0].scatter["ch1_sci-aper_r2"][0] / 2
    )
    assert assess(store, Recipe().with_presenting(corrected="on")).as_shown_corrected


def test_relative_scatter_of_what_has_no_flux_is_unknown() -> None:
    store = field_of(zero_point=float("nan"))
    store.magnitude[3] = np.inf  # flux 0
    magnitude, relative = relative_scatter(store, "ch1_sci-aper_r2", False)
    assert np.isnan([magnitude[3], relative[3]]).all()
    assert np.nanmax(np.abs(magnitude - (store.magnitude + 1.1))[np.arange(400) != 3]) < 1e-9


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-5, 30), max_size=80),
    st.integers(0, 5),
)
def test_bins_hold_every_constant_object_once(magnitudes: list[float], n_bad: int) -> None:
    magnitude = np.array(magnitudes)
    relative = np.full(magnitude.size, 0.01)
    few = np.where(np.arange(magnitude.size) < n_bad, 0, N_VISIT)
    name = "ch1_sci-aper_r2"
    store = Tables(magnitude, {name: relative}, n_good={name: few})
    quality = assess(store, Recipe())
    (band,) = quality.bands
    varies = store.statistics(name)["excess"][n_bad:] > VARIABLE_ABOVE
    assert sum(band.n_object) == np.count_nonzero(~varies)
    assert len(band.n_object) <= MOST_BINS
    assert list(band.edges) == sorted(set(band.edges))
    if len(band.n_object) > 1:
        assert min(band.n_object) >= IN_A_BIN
    for n, value in zip(band.n_object, band.scatter[name], strict=True):
        assert np.isfinite(value) == (n >= AT_LEAST)


def test_a_ratio_of_a_large_box_is_never_the_best_type_beside_fluxes():
    magnitude = np.linspace(16, 22, 60)
    relative = {"ch1_sci-auto": np.full(60, 0.02), "ch1_ratio-median_20px": np.full(60, 0.01)}
    (band,) = assess(Tables(magnitude, relative), Recipe()).bands
    assert set(band.best) == {"ch1_sci-auto"}
    assert set(band.scatter) == set(relative)
    del relative["ch1_sci-auto"]
    (band,) = assess(Tables(magnitude, relative), Recipe()).bands
    assert set(band.best) == {"ch1_ratio-median_20px"}
