"""Exports of stars that were never seen or have no value at all, read back by those who read them.

Lightkurve, astropy and the rules of the AAVSO judge; upper limits stay limits and never become
measurements.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from lightledger.cli.main import run
from lightledger.domain import Flag
from lightledger.ingest.lightcurves.importing import import_light_curves
from lightledger.ingest.lightcurves.options import ImportOptions
from lightledger.ingest.lightcurves.reading import read_series

GUESS = ImportOptions()
N, LIMIT = 12, 15.6


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """Seen every other time; never seen; without a value, though with errors."""
    folder = tmp_path_factory.mktemp("limits")
    cells = {
        "fading": lambda i: "15.2,0.03" if i % 2 else f">{LIMIT},99.99",
        "never": lambda i: f">{LIMIT},99.99",
        "blank": lambda i: "nan,0.05",
    }
    for name, cell in cells.items():
        rows = [f"{2457000.5 + i},{cell(i)},V" for i in range(N)]
        head = "HJD,flux(mJy),flux_err,filter" if name == "blank" else "HJD,mag,mag_err,filter"
        (folder / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")
    done = import_light_curves([folder], folder / "s.h5", GUESS)
    assert any("holds no value" in p.what for p in done.problems)
    return folder / "s.h5"


def exported(store: Path, name: str, *more: str) -> Path:
    out = store.parent / name
    assert run(["export", str(store), "-o", str(out), *more], None) == 0
    return out


def test_the_aavso_gets_limits_of_what_was_searched_and_nothing_of_what_was_not(store):
    path = exported(store, "a.txt", "--format", "aavso", "--observer", "ABC")
    lines = path.read_text().splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    assert "#OBSCODE=ABC" in lines
    said = {name: [r[2] for r in rows if r[0] == name] for name in ("fading", "never", "blank")}
    assert said["never"] == [f"<{LIMIT:.4f}"] * N
    assert said["fading"] == [f"<{LIMIT:.4f}", "15.2000"] * (N // 2)
    assert said["blank"] == [], "no value is no limit"
    left_out = next(line for line in lines if "left out, no magnitude" in line)
    assert int(left_out.rpartition(":")[2]) == 4 * N, "blank, and what each has no column of"


def test_wide_and_long_tables_have_flags_and_no_values(store):
    wide = Table.read(exported(store, "w.csv", "--format", "csv-wide"), comment="#")
    assert len(wide) == 3 * N
    value = np.ma.filled(np.ma.asarray(wide["V_sci-mag"], float), np.nan)
    flags = np.asarray(wide["V_sci-mag_flags"], int)
    missed = (flags & int(Flag.NOT_DETECTED)) != 0
    assert missed.sum() == N + N // 2
    assert np.isnan(value[missed]).all()
    assert np.isfinite(value).sum() == N // 2
    long = exported(store, "l.csv", "--format", "csv")
    back = {one.object: one for one in read_series(long, long.name, GUESS)}
    assert set(back) == {"fading", "never", "blank"}
    limits = back["never"].brightness["sci-mag"]
    np.testing.assert_allclose(25 - 2.5 * np.log10(3 * limits.error), LIMIT, atol=1e-4)
    assert ((limits.lacking & int(Flag.NOT_DETECTED)) != 0).all()


@pytest.mark.filterwarnings("ignore")
def test_lightkurve_reads_stars_without_a_value(store):
    lightkurve = pytest.importorskip("lightkurve")
    for name, kind, n in (("fading", "mag", N // 2), ("never", "mag", 0), ("blank", "flux", 0)):
        asked = ("--objects", name, "--measurements", f"V_sci-{kind}")
        path = exported(store, f"{name}.fits", "--format", "lightkurve", *asked)
        found = [path] if path.is_file() else sorted(path.glob("*.fits"))
        with fits.open(found[0]) as file:
            file.verify("exception")
        curve = lightkurve.TessLightCurve.read(str(found[0]), quality_bitmask="none")
        assert len(curve) == N
        assert np.isfinite(np.asarray(curve.flux.value, float)).sum() == n
