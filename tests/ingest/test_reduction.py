"""Zero points and statistics of light curves that come with or without a coadd."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.domain import Recipe
from lightledger.ingest.reduce import Reduction

N_OBJECT, N_VISIT = 40, 30
M = "R_sci-aper_r3"


@pytest.fixture
def field():
    """Constant stars under passing clouds; the last ones are the brightest."""
    rng = np.random.default_rng(0)
    flux = np.linspace(1e3, 1e5, N_OBJECT)[:, None]
    clouds = rng.uniform(0.6, 1.0, N_VISIT)
    value = flux * clouds * rng.normal(1, 0.003, (N_OBJECT, N_VISIT))
    return clouds, value.astype("f4"), (0.003 * value).astype("f4"), np.zeros(value.shape, "u2")


def objects_of(**columns):
    return {"id": np.array([f"I{i}" for i in range(N_OBJECT)]), **columns}


def solve(reduction, planes):
    visits = {"setup": np.full(N_VISIT, "")}
    return reduction.zero_points(M, visits, lambda rows: tuple(p[rows] for p in planes))


def test_light_curves_without_a_coadd_get_zero_points_and_keep_their_attributes(field):
    clouds, *planes = field
    attributes = {M: {"unit": "adu/s", "aperture": "as imported"}}
    reduction = Reduction.of_objects(objects_of(), Recipe(), attributes)
    zero = solve(reduction, planes)
    assert zero.member.size > 10
    np.testing.assert_allclose(zero.factor, clouds / np.median(clouds), rtol=0.01)
    assert reduction.measurement_attributes(M) == attributes[M]


def test_blended_objects_those_at_the_edge_and_targets_are_no_comparison_stars(field):
    _, *planes = field
    blended, edge = np.zeros(N_OBJECT), np.full(N_OBJECT, 100.0)
    blended[20], edge[21] = 1, 2.0
    objects = objects_of(coadd_flux=planes[0][:, 0], blended=blended, edge_px=edge)
    recipe = Recipe().with_presenting(target=("I22",), comparison_remove=("I23",))
    zero = solve(Reduction.of_objects(objects, recipe, {M: {}}), planes)
    assert not np.isin([20, 21, 22, 23], zero.member).any()
    assert np.isin([24, 30, 39], zero.member).all()
