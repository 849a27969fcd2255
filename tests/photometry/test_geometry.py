"""The objects' geometry refuses what would make kernels wrong."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.photometry.geometry import Geometry

ROUND = {
    "x": [5.0, 9.0],
    "y": [4.0, 3.0],
    "a": [2.0, 1.0],
    "b": [1.0, 1.0],
    "theta": [0.3, 0.0],
    "kron": [3.5, 4.0],
    "label": [1, 0],
    "segmentation": np.zeros((12, 10), np.int64),
    "shape": (12, 10),
}


def test_arrays_are_of_one_kind_and_cannot_be_changed() -> None:
    geometry = Geometry(**ROUND)
    assert geometry.n_object == 2
    assert geometry.label.dtype == geometry.segmentation.dtype == np.int32
    with pytest.raises(ValueError, match="read-only"):
        geometry.x[0] = 3


def test_only_who_is_somewhere_needs_an_ellipse() -> None:
    nowhere = Geometry(**ROUND | {"x": [np.nan, 9.0], "a": [np.nan, 1.0]})
    assert nowhere.take(np.array([1])).a == [1.0]
    for name in ("a", "b", "kron", "theta"):
        with pytest.raises(ValueError, match="no ellipse"):
            Geometry(**ROUND | {name: [np.nan, 1.0]})
    for name in ("a", "b", "kron"):
        with pytest.raises(ValueError, match="1 objects have no ellipse"):
            Geometry(**ROUND | {name: [0.0, 1.0]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"y": [1.0]},
        {"shape": (0, 10)},
        {"segmentation": np.zeros((10, 12), np.int32)},
        {"segmentation": np.full((12, 10), -1)},
        {"label": [-1, 0]},
        {"x": [[1.0, 2.0]]},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"shape|grid|negative"):
        Geometry(**ROUND | wrong)


def test_positions_alone_are_round() -> None:
    geometry = Geometry.of_positions([3.0, np.nan], [4.0, 1.0], (20, 30))
    assert geometry.segmentation is None
    np.testing.assert_array_equal(geometry.kron * geometry.a, [3.5, 3.5])
