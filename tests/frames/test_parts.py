"""A part of a frame is the same numbers as the whole of it, however it is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from lightledger.domain import LightledgerError
from lightledger.frames.parts import open_frame, read_part
from lightledger.frames.plain import read_plane

SHAPE = (40, 50)


def image() -> np.ndarray:
    data = np.arange(SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)
    data[5, 7] = np.nan
    return data


def scaled() -> fits.PrimaryHDU:
    hdu = fits.PrimaryHDU(np.arange(2000, dtype=np.int16).reshape(SHAPE))
    hdu.header["BLANK"] = 10
    hdu.header["BZERO"], hdu.header["BSCALE"] = 100.0, 0.5
    return hdu


def cube() -> fits.PrimaryHDU:
    planes = np.random.default_rng(1).normal(10, 1, (8, *SHAPE)).astype("f4")
    planes[0] += 50  # dropped whole
    hdu = fits.PrimaryHDU(planes)
    hdu.header["FRAMTIME"] = 0.4
    return hdu


FILES = {
    "plain.fits": lambda: fits.PrimaryHDU(image()),
    "double.fits": lambda: fits.PrimaryHDU(image().astype(">f8")),
    "scaled.fits": scaled,
    "cube.fits": cube,
    "packed.fits.gz": lambda: fits.PrimaryHDU(image()),
    "tiles.fits.fz": lambda: fits.CompImageHDU(
        image(), quantize_level=0, compression_type="GZIP_1"
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("box", [((3, 12), (5, 9)), ((3, 12), (2, 48)), ((-4, 44), (-6, 56))])
def test_as_in_the_whole(tmp_path: Path, name: str, box) -> None:
    path = tmp_path / name
    hdu = FILES[name]()
    first = [fits.PrimaryHDU()] if isinstance(hdu, fits.CompImageHDU) else []
    fits.HDUList([*first, hdu]).writeto(path)
    whole = np.pad(read_plane(path).data, 6, constant_values=np.nan)
    (r0, r1), (c0, c1) = box
    part = read_part(open_frame(path, name, "header"), "sci", *box)
    assert part.dtype == np.float32
    np.testing.assert_array_equal(part, whole[r0 + 6 : r1 + 6, c0 + 6 : c1 + 6])


def test_off_the_frame_nothing_is_read(tmp_path: Path) -> None:
    fits.PrimaryHDU(image()).writeto(tmp_path / "a.fits")
    file = open_frame(tmp_path / "a.fits", "a.fits", "")
    assert np.isnan(read_part(file, "sci", (100, 103), (0, 4))).all()


def test_kinds_by_name_and_by_extension(tmp_path: Path) -> None:
    fits.PrimaryHDU(image()).writeto(tmp_path / "IDF_gr1_ch1_unc.fits")
    unc = open_frame(tmp_path / "IDF_gr1_ch1_unc.fits", "IDF_gr1_ch1_unc.fits", "dark-field")
    assert list(unc.planes) == ["unc"]
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(image(), name="SCI"),
            fits.ImageHDU(image() * 0 + 2, name="ERR")]  # fmt: skip
    hdus[1].header["BUNIT"] = "electron/s"
    fits.HDUList(hdus).writeto(tmp_path / "b.fits")
    both = open_frame(tmp_path / "b.fits", "b.fits", "header")
    assert list(both.planes) == ["sci", "unc"]
    assert both.unit("sci") == "electron/s"
    assert read_part(both, "unc", (0, 1), (0, 2)).tolist() == [[2.0, 2.0]]


def test_what_is_gone_or_cut_off_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "night" / "a.fits"
    with pytest.raises(LightledgerError, match=r"night/a\.fits: cannot be read"):
        open_frame(path, "night/a.fits", "header")
    path.parent.mkdir()
    fits.PrimaryHDU(image()).writeto(path)
    file = open_frame(path, "night/a.fits", "header")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(LightledgerError, match="truncated"):
        read_part(file, "sci", (0, 40), (0, 50))


@pytest.mark.real
def test_real_frames_too(real_data: Path) -> None:
    names = ["lowell_5945_field/images/20190326.0130.fits.fz",
             "spitzer_hd209458_ch1/bcd/SPITZER_I1_41629440_0435_0000_1_bcd.fits",
             "hatp32_microobservatory/images/HATP-32171220013343.FITS"]  # fmt: skip
    for name in names:
        path = real_data / name
        if not path.exists():
            pytest.skip(f"{name} is not there")
        whole = read_plane(path).data
        part = read_part(open_frame(path, name, "header"), "sci", (9, 25), (4, 30))
        np.testing.assert_allclose(part, whole[9:25, 4:30], rtol=1e-6, equal_nan=True)
