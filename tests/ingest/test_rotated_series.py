"""A field that turns from visit to visit, stacked, detected and measured from end to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ingested import lightledger
from synthetic import Series

from lightledger.domain import is_good
from lightledger.library import Field


@pytest.mark.parametrize("with_wcs", [True, False])
def test_stars_of_a_turning_field_are_constant(tmp_path: Path, with_wcs: bool) -> None:
    series = Series(
        n_visit=8, shape=(220, 220), turn_deg=23.0, n_star=40, apart_px=14.0, with_wcs=with_wcs
    )
    series.write(tmp_path / "night")
    done = lightledger("ingest", tmp_path / "night", "-o", tmp_path / "a.h5", "--coadd", "none")
    assert done.returncode in (0, 1), done.stderr
    with Field(tmp_path / "a.h5") as field:
        band = field.bands[0]
        assert field.reader.n_visit(band) == series.n_visit
        # stars in the circle that every frame has in it
        x, y, flux = series.stars()
        common = np.hypot(x - 109.5, y - 109.5) < 95
        turned = _to_first_frame(field, band)
        found = [
            int(np.argmin(np.hypot(turned[0] - a, turned[1] - b)))
            for a, b in zip(x[common], y[common], strict=True)
        ]
        away = np.hypot(turned[0][found] - x[common], turned[1][found] - y[common])
        assert away.max() < 0.35
        assert len(set(found)) == common.sum()
        name = f"{band}_sci-{field.suggested(band).split('-')[-1]}"
        scatters, ratios = [], []
        for k, true in zip(found, flux[common], strict=True):
            lc = field.light_curve(k, name, corrected=True)
            good = is_good(lc.value, lc.flags)
            assert good.sum() >= 6
            pulls = (lc.value[good] - np.median(lc.value[good])) / lc.error[good]
            scatters.append(np.std(pulls))
            ratios.append(np.median(lc.value[good]) / true)
        assert np.median(scatters) < 1.6
        # the same part of every star's light, wherever it stands: 5 % over the field
        assert np.std(ratios) / np.median(ratios) < 0.05


def _to_first_frame(field: Field, band: str) -> tuple[np.ndarray, np.ndarray]:
    """Where the objects are on the first frame, 0-based pixels."""
    matrix = np.asarray(field.visits(band)["transform"][0], float).reshape(2, 3)
    objects = field.reader.objects
    at = np.array([objects["x"], objects["y"], np.ones(field.n_object)])
    x, y = matrix @ at
    return x, y
