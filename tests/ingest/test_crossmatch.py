"""Rows to objects: every row counted once, shifts taken off, unstable ids found out."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from lightledger.ingest.crossmatch import (
    by_id,
    by_position,
    from_tangent_plane,
    moved_share,
    scatter_of,
    tangent_plane,
    tolerance_from,
)


def grid(n: int = 10, step: float = 10.0) -> np.ndarray:
    return np.array([(step * i, step * j) for i in range(n) for j in range(n)], float)


def test_the_tangent_plane_is_that_of_astropy() -> None:
    rng = np.random.default_rng(1)
    ra, dec = 359.9 + rng.uniform(-0.5, 0.7, 50), 62 + rng.uniform(-0.5, 0.5, 50)
    centre = SkyCoord(359.95, 62.1, unit="deg")
    points = tangent_plane(ra, dec, 359.95, 62.1)
    there = SkyCoord(ra, dec, unit="deg")
    angle = centre.position_angle(there).rad
    radius = np.tan(centre.separation(there).rad) * 206264.80624709636
    np.testing.assert_allclose(points[:, 0], radius * np.sin(angle), atol=1e-6)
    np.testing.assert_allclose(points[:, 1], radius * np.cos(angle), atol=1e-6)
    back = from_tangent_plane(points, 359.95, 62.1)
    np.testing.assert_allclose(back[0], ra % 360, atol=1e-10)
    np.testing.assert_allclose(back[1], dec, atol=1e-10)


@given(
    st.integers(0, 40), st.integers(0, 40), st.floats(0.01, 5.0), st.integers(0, 5),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_every_row_has_one_fate(
    n_row: int, n_object: int, reach: float, n_nan: int, random
) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(random.randrange(1 << 30))
    rows, objects = rng.uniform(0, 20, (n_row, 2)), rng.uniform(0, 20, (n_object, 2))
    rows[:n_nan] = np.nan
    matched = by_position(rows, objects, reach)
    assert matched.n_row == matched.n_matched + matched.n_unmatched + matched.n_duplicate
    used = matched.row[matched.row >= 0]
    assert len(set(used.tolist())) == used.size
    assert not matched.ambiguous[matched.row < 0].any()
    ids = [str(k % 7) if k % 5 else "" for k in range(n_row)]
    by_name = by_id(ids, {str(k): k for k in range(n_object)}, rows, objects, reach)
    assert by_name.n_row == by_name.n_matched + by_name.n_unmatched + by_name.n_duplicate


def test_a_common_shift_is_taken_off_and_the_scatter_found() -> None:
    rng = np.random.default_rng(2)
    objects = grid(20)
    rows = rng.permutation(objects) + np.array([1.5, -0.7]) + rng.normal(0, 0.05, (400, 2))
    found = scatter_of(rows, objects, 4.0)
    assert found.shift == pytest.approx((1.5, -0.7), abs=0.02)
    assert found.sigma == pytest.approx(0.05, rel=0.1)
    assert tolerance_from(found.sigma, 10.0) == pytest.approx(10 * found.sigma)
    assert tolerance_from(found.sigma, 0.5) == 0.2
    assert by_position(rows, objects, 0.5).n_matched == 400


def test_a_row_between_two_objects_is_ambiguous_and_the_nearer_one_gets_it() -> None:
    objects = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 0.0], [0.0, 50.0], [50.0, 50.0]])
    rows = np.array([[0.3, 0.0], [50.0, 0.0], [0.0, 50.0], [50.0, 50.0], [50.2, 50.0]])
    matched = by_position(rows, objects, 0.8)
    assert matched.row.tolist() == [0, -1, 1, 2, 3]
    assert matched.ambiguous.tolist() == [True, False, False, False, True]
    assert (matched.n_unmatched, matched.n_duplicate) == (0, 1)


def test_row_numbers_are_no_ids() -> None:
    objects = np.concatenate([np.random.default_rng(k).permutation(50) for k in range(6)])
    numbers = [str(k + 1) for _ in range(6) for k in range(50)]
    assert moved_share(numbers, objects) > 0.5
    assert moved_share([f"S{k}" for k in objects], objects) == 0.0
    assert moved_share(["same"] * 300, objects) > 0.9
    assert moved_share([""] * 300, objects) == 1.0


def test_an_id_at_another_place_is_ambiguous() -> None:
    objects = grid(4)
    rows = objects.copy()
    rows[5] += 3.0
    matched = by_id([str(k) for k in range(16)], {str(k): k for k in range(16)}, rows, objects, 1.0)
    assert matched.n_matched == 16
    assert np.flatnonzero(matched.ambiguous).tolist() == [5]
