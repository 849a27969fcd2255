"""Catalogues of visits that differ, or hold what no number is; a cube of planes that are alike."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from visitcatalogues import MadeField, write_table

import lightledger
from lightledger.domain import Flag, LightledgerError
from lightledger.ingest.events import IngestReport
from lightledger.ingest.plan import make_plan
from lightledger.ingest.request import IngestRequest
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter

FIELD = MadeField(n_star=30, n_visit=4)


def ingest(folder: Path, out: Path, **request: object) -> IngestReport:
    plan = make_plan(IngestRequest((folder,), out, **request))  # type: ignore[arg-type]
    with ThreadSubmitter(1) as submitter:
        return run(plan, submitter)


def written(folder: Path, change) -> Path:
    folder.mkdir()
    for visit in range(FIELD.n_visit):
        table = FIELD.rows(visit)
        change(table, visit)
        write_table(table, FIELD.header(visit), folder / f"v{visit}.fits", "fits")
    return folder


def test_columns_of_any_visit_can_be_mapped(tmp_path):
    """Half of the visits have other columns: --map knows them, whichever file came first."""

    def change(table, visit):
        if visit % 2:
            table.rename_columns(["FLUX_AUTO", "FLUXERR_AUTO"], ["FLUX_ISO", "FLUXERR_ISO"])

    mapping = ("sci-auto=FLUX_AUTO,FLUXERR_AUTO", "sci-iso=FLUX_ISO,FLUXERR_ISO")
    folder = written(tmp_path / "in", change)
    report = ingest(folder, tmp_path / "out.h5", mapping=mapping)
    assert report.visits == {"r": 4}
    with lightledger.open(tmp_path / "out.h5") as field:
        for name, there in (("r_sci-auto", slice(0, None, 2)), ("r_sci-iso", slice(1, None, 2))):
            known = np.isfinite(field.light_curve(0, name).value)
            assert known[there].all()
            assert known.sum() == 2
    with pytest.raises(LightledgerError, match="no catalogue has the column 'NOPE'") as caught:
        make_plan(IngestRequest((folder,), tmp_path / "no.h5", mapping=("sci-x=NOPE",)))
    assert "FLUX_ISO" in caught.value.advice


def test_what_is_infinite_or_too_large_is_no_value(tmp_path):
    def change(table, visit):
        table["FLUX_AUTO"][table["truth"] == 1] = np.inf
        table["FLUX_AUTO"][table["truth"] == 2] = 1e300
        table["FLUXERR_AUTO"][table["truth"] == 3] = 1e300

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        ingest(written(tmp_path / "in", change), tmp_path / "out.h5")
    n_none = 0
    with lightledger.open(tmp_path / "out.h5") as field:
        for index in range(field.n_object):
            curve = field.light_curve(index, "r_sci-auto")
            assert not np.isinf(curve.value).any()
            assert not np.isinf(curve.error).any()
            missing = np.isnan(curve.value)
            assert ((curve.flags[missing] & int(Flag.NOT_FINITE)) != 0).all()
            n_none += int(missing.sum())
    assert n_none == 2 * FIELD.n_visit


def test_a_catalogue_that_may_not_be_read_is_named(tmp_path):
    folder = written(tmp_path / "in", lambda *_: None)
    (folder / "v1.fits").chmod(0)
    if os.access(folder / "v1.fits", os.R_OK):
        pytest.skip("who runs this may read everything")
    report = ingest(folder, tmp_path / "out.h5")
    assert report.visits == {"r": 3}
    assert any("v1.fits" in str(p) and "ermission" in str(p) for p in report.problems)


def test_a_cube_of_planes_that_are_alike_is_measured(tmp_path):
    """Its planes tell no noise: that of the sky is taken, as of any image."""
    folder = tmp_path / "in"
    folder.mkdir()
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:90, :90]
    image = rng.normal(100, 3, (90, 90))
    for _ in range(20):
        at = rng.uniform(10, 80, 2)
        image += 3000 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 4.5)
    for visit in range(2):
        cards = {"MJD-OBS": 58000 + visit / 10, "EXPTIME": 10.0, "FRAMTIME": 0.5, "FILTER": "r"}
        cube = np.repeat((image + rng.normal(0, 3, image.shape))[None], 6, axis=0)
        fits.PrimaryHDU(cube.astype("f4"), fits.Header(cards)).writeto(folder / f"c{visit}.fits")
    report = ingest(folder, tmp_path / "out.h5")
    assert report.visits == {"r": 2}
    assert not any("unc frame" in str(p) for p in report.problems)
    with lightledger.open(tmp_path / "out.h5") as field:
        assert field.n_object > 5
        name = next(m for m in field.measurements if "aper" in m)
        curve = field.light_curve(0, name)
        assert (curve.error > 0).all()
