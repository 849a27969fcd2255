"""Streamed FITS tables are what astropy reads back, checksums and all."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.io.fits.hdu.base import _ValidHDU
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lightledger.export.fitstable import Column, FitsStream, encode_sum, history_cards

KINDS = ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "S1", "S5"]


def opened(path):
    """The file by astropy, every warning an error, every checksum looked at."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with fits.open(path, checksum=True, memmap=False) as hdus:
            hdus.verify("exception")
            for hdu in hdus:
                assert hdu.verify_checksum() == 1
                assert hdu.verify_datasum() == 1
                hdu.data  # noqa: B018 - read before the file is closed
            return hdus


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(KINDS),
    st.sampled_from([(), (1,), (3,), (2, 3)]),
    st.integers(0, 7),
    st.integers(1, 4),
    st.data(),
)
def test_any_column_comes_back(tmp_path, kind, shape, n_row, step, data):
    dtype = np.dtype(kind)
    elements = None
    if dtype.kind == "S":
        elements = st.text("abc 9", max_size=dtype.itemsize).map(lambda t: t.strip().encode())
    cells = data.draw(hnp.arrays(dtype, (n_row, *shape), elements=elements))
    path = tmp_path / "t.fits"
    with FitsStream(path) as out:
        out.primary([("ORIGIN", "here")], history_cards(["one", "two"]))
        blocks = ({"c": cells[i : i + step]} for i in range(0, n_row, step))
        out.table("T", [Column("c", dtype, shape, unit="s")], n_row, blocks)
        out.commit()
    assert path.stat().st_size % 2880 == 0
    hdus = opened(path)
    assert hdus["T"].columns["c"].unit == "s"
    if n_row:
        back = np.asarray(hdus["T"].data["c"])
        if dtype.kind == "S":
            assert back.astype(dtype).ravel().tolist() == cells.ravel().tolist()
        else:
            np.testing.assert_array_equal(back.reshape(cells.shape), cells)
            assert back.dtype.kind == dtype.kind


@given(st.integers(0, 0xFFFFFFFF))
def test_the_checksum_is_written_as_astropy_writes_it(number):
    assert encode_sum(number) == _ValidHDU()._char_encode(number)


def test_several_tables_long_words_and_strange_letters(tmp_path):
    path = tmp_path / "t.fits"
    with FitsStream(path) as out:
        out.primary([], history_cards(["flags: é\n" + 60 * "word "]))
        for name in ("ch1_sci-aper_r3", "ch1_sci-aper_r10"):
            columns = [Column("VALUE", np.dtype("f4"), (3,), "uJy", "phot.flux", "a" * 100)]
            rows = {"VALUE": np.full((5, 3), np.nan, "f4")}
            out.table(name, columns, 5, [rows], [("APERTURE", "x" * 120), ("ZEROPNT", 23.9)])
        out.commit()
    hdus = opened(path)
    assert [hdu.name for hdu in hdus[1:]] == ["ch1_sci-aper_r3", "ch1_sci-aper_r10"]
    assert hdus[1].header["APERTURE"] == "x" * 120
    assert hdus[1].header["TUCD1"] == "phot.flux"
    assert "\\xe9" in str(hdus[0].header["HISTORY"])
    table = Table.read(path, hdu="ch1_sci-aper_r10")
    assert table["VALUE"].unit == "uJy"
    assert np.isnan(np.ma.filled(table["VALUE"], np.nan)).all()


def test_too_few_rows_leave_no_file(tmp_path):
    path = tmp_path / "t.fits"
    with pytest.raises(ValueError, match="too few"), FitsStream(path) as out:  # noqa: PT012
        out.primary([], [])
        out.table("T", [Column("c", np.dtype("f8"))], 3, [{"c": np.zeros(2)}])
    assert list(tmp_path.iterdir()) == []
