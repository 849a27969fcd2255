"""A surface brightness on distorted frames: the flux of a source is the same wherever it lies."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.ingest.placing import Placed
from lightledger.photometry.place import Place

NAMES = ("sci-aper_r3", "clean-auto", "ratio-median_7px")


def placed(local_area: np.ndarray | None) -> Placed:
    return Placed(Place(np.zeros(3), np.zeros(3)), 2.0, pixel_area=1.5, local_area=local_area)


def test_fluxes_follow_the_area_and_ratios_do_not() -> None:
    area = np.array([0.98, 1.02, np.nan])
    found = placed(area).flux_scale("MJy/sr", NAMES)
    np.testing.assert_array_equal(found[0], [0.98, 1.02, 1.0])
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[2], 1.0)


@pytest.mark.parametrize("unit", ["adu", "electron/s", "uJy", ""])
def test_counts_and_fluxes_need_no_area(unit: str) -> None:
    assert (placed(np.array([0.9, 1.0, 1.1])).flux_scale(unit, NAMES) == 1.0).all()


def test_grids_without_distortion_stay() -> None:
    assert (placed(None).flux_scale("MJy/sr", NAMES) == 1.0).all()
