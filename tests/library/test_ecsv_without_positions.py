"""ECSV of objects whose place on the sky is not known: astropy reads it all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.table import Table
from astropy.time import Time
from ingested import lightledger as command


def test_astropy_reads_it(tmp_path: Path) -> None:
    rows = "".join(f"{2459000.7 + i},{1 + i},0.1\n" for i in range(5))
    (tmp_path / "star.csv").write_text("JD,flux,flux_err\n" + rows)
    for arguments in (
        ("import", tmp_path / "star.csv", "-o", tmp_path / "f.h5"),
        ("export", tmp_path / "f.h5", "-o", tmp_path / "out.ecsv"),
        ("import", tmp_path / "out.ecsv", "-o", tmp_path / "again.h5"),
    ):
        done = command(*arguments)
        assert done.returncode == 0, done.stderr
    table = Table.read(tmp_path / "out.ecsv", format="ascii.ecsv")
    assert isinstance(table["mjd_utc"], Time)
    assert np.isnan(table["bjd_tdb"]).all()
    assert table["bjd_tdb"].unit == "d"
    assert list(table["value"]) == [1, 2, 3, 4, 5]
