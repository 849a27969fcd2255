"""Pixels as they are meant: scaling, blanks, byte order, packing, cubes, damage."""

from __future__ import annotations

import bz2
import gzip
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from lightledger.domain import LightledgerError
from lightledger.frames.content import content_hash
from lightledger.frames.cubes import error_of_mean, robust_mean
from lightledger.frames.frame import Frame
from lightledger.frames.read import Image, read_image
from lightledger.frames.scan import scan

TIME = {"DATE-OBS": "2017-12-20T01:02:03.5", "EXPTIME": 60.0}
RNG = np.random.default_rng(5)


def write(path: Path, data: np.ndarray, *, tiled: bool = False, **cards: object) -> Path:
    header = fits.Header({**TIME, **cards})
    if tiled:
        hdus = fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(data, header)])
    else:
        hdus = fits.HDUList([fits.PrimaryHDU(data, header)])
    hdus.writeto(path)
    return path


def frame_of(path: Path) -> Frame:
    (frame,) = scan([path]).frames
    return frame


def read(path: Path) -> Image:
    image = read_image(frame_of(path))
    assert image.data.dtype == np.float32
    assert image.data.dtype.isnative
    assert image.data.flags.c_contiguous
    return image


def outcome(frame: Frame) -> str:
    """'' when the pixels can be read, else the message."""
    try:
        read_image(frame)
    except LightledgerError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "u4", "i8", "f4", "f8"])
def test_every_pixel_type(tmp_path: Path, dtype: str) -> None:
    data = (RNG.random((12, 17)) * 200).astype(dtype)
    image = read(write(tmp_path / "a.fits", data))
    assert np.array_equal(image.data, data.astype(np.float32))
    assert image.header["EXPTIME"] == 60.0


@pytest.mark.parametrize("dtype", ["i2", "u2", "f4"])
def test_tile_compressed_images(tmp_path: Path, dtype: str) -> None:
    data = (RNG.random((12, 17)) * 200).round().astype(dtype)
    image = read(write(tmp_path / "a.fits.fz", data, tiled=True))
    lossy = 10.0 if dtype == "f4" else 0.0
    assert np.allclose(image.data, data, atol=lossy)
    assert (image.header["NAXIS1"], image.header["NAXIS2"]) == (17, 12)


def test_scaled_integers_and_blanks(tmp_path: Path) -> None:
    data = np.arange(204, dtype=np.int16).reshape(12, 17)
    path = write(tmp_path / "a.fits", data)
    with fits.open(path, mode="update", do_not_scale_image_data=True) as hdus:
        hdus[0].header.update({"BSCALE": 0.5, "BZERO": 100.0, "BLANK": 7})
    image = read(path)
    assert np.isnan(image.data[0, 7])
    assert image.data[0, 8] == 104.0
    assert np.isfinite(image.data).sum() == 203


def test_packed_files_give_the_same_pixels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", RNG.random((40, 50)).astype("f4"))
    plain = read(path).data
    for name, pack in (
        ("b.fits.gz", gzip.compress),
        ("c.fits", gzip.compress),
        ("d.fits.bz2", bz2.compress),
    ):
        packed = tmp_path / name
        packed.write_bytes(pack(path.read_bytes()))
        assert np.array_equal(read(packed).data, plain)


def test_nan_is_kept(tmp_path: Path) -> None:
    data = np.ones((12, 17), np.float32)
    data[3, 4], data[5, 6] = np.nan, np.inf
    image = read(write(tmp_path / "a.fits", data))
    assert np.isnan(image.data[3, 4])
    assert np.isinf(image.data[5, 6])


def test_an_image_without_a_finite_pixel_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", np.full((12, 17), np.nan, np.float32))
    with pytest.raises(LightledgerError, match=r"a\.fits: holds no finite pixel"):
        read_image(frame_of(path))


def test_damage_after_the_scan_is_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", np.ones((40, 50), np.float32))
    frame = frame_of(path)
    whole = path.read_bytes()
    for damaged in (
        whole[:5000],
        b"",
        whole.replace(b"                  50", b"                  49"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(LightledgerError) as caught:
            read_image(frame)
        assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(LightledgerError):
        read_image(frame)


def test_damaged_packed_files_are_one_line(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.fits", RNG.random((80, 90)).astype("f4"))
    packed = tmp_path / "a.fits.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    frame = frame_of(packed)
    whole = packed.read_bytes()
    half = len(whole) // 2
    for damaged in (whole[:half], whole[:half] + b"\x55" * 400 + whole[half + 400 :]):
        packed.write_bytes(damaged)
        with pytest.raises(LightledgerError):
            read_image(frame)
    tiled = write(tmp_path / "b.fits.fz", RNG.integers(0, 9, (80, 90)).astype("i2"), tiled=True)
    frame = frame_of(tiled)
    whole = tiled.read_bytes()
    tiled.write_bytes(whole[:-3000] + bytes(3000))
    assert "\n" not in outcome(frame)


def test_a_cube_is_averaged_without_its_outliers(tmp_path: Path) -> None:
    star = np.zeros((16, 18))
    star[8, 9] = 500.0
    cube = star + 10 + RNG.normal(0, 1, (64, 16, 18))
    cube[57] += 8.0  # a sub-frame as a whole
    cube[20, 4, 5] += 900.0  # a cosmic ray
    cube[:, 2, 2] = np.nan
    image = read(write(tmp_path / "a.fits", cube.astype("f4"), FRAMTIME=0.1))
    assert image.n_dropped == 1
    assert np.isnan(image.data[2, 2])
    rest = image.data - star - 10
    assert np.nanmax(np.abs(rest)) < 5 / 8
    assert image.scatter is not None
    assert np.nanmedian(image.scatter) == pytest.approx(1 / 8, rel=0.1)


def test_a_drifting_level_drops_no_sub_frame() -> None:
    cube = np.linspace(20, 10, 64)[:, None, None] + RNG.normal(0, 0.1, (64, 12, 12))
    mean, _, dropped = robust_mean(cube)
    assert dropped <= 2
    assert mean.mean() == pytest.approx(15.0, abs=0.2)


def test_few_or_constant_sub_frames_are_kept() -> None:
    mean, error, dropped = robust_mean(np.array([[[1.0]], [[3.0]], [[50.0]]]))
    assert (mean[0, 0], dropped) == (18.0, 0)
    assert error[0, 0] == pytest.approx(np.std([1, 3, 50], ddof=1) / np.sqrt(3), rel=1e-6)
    mean, error, _ = robust_mean(np.ones((10, 2, 2)))
    assert (mean == 1).all()
    assert (error == 0).all()


def test_errors_of_a_cube_are_those_of_its_mean() -> None:
    cube = np.full((16, 3, 3), 4.0)
    cube[:, 0, 0] = np.nan
    error = error_of_mean(cube)
    assert error[1, 1] == pytest.approx(1.0)
    assert np.isnan(error[0, 0])


def test_threads_read_quietly_and_alike(tmp_path: Path) -> None:
    frames = []
    for i in range(6):
        path = tmp_path / f"{i}.fits.fz"
        frames.append(frame_of(write(path, np.full((30, 30), i, "i2"), tiled=True)))
    with warnings.catch_warnings(record=True) as caught, ThreadPoolExecutor(4) as pool:
        warnings.simplefilter("always")
        images = list(pool.map(read_image, frames * 4))
    assert [float(image.data[0, 0]) for image in images] == [0, 1, 2, 3, 4, 5] * 4
    assert not caught


def test_unreadable_cards_do_not_reach_astropy(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", np.ones((12, 17), np.float32), GOODKEY=5, BADKEY="x")
    whole = path.read_bytes()
    card, broken = b"BADKEY  = 'x       '", b"BADKEY  = x~ y 'z \xff "
    assert card in whole
    assert len(card) == len(broken)
    path.write_bytes(whole.replace(card, broken))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        header = read(path).header
        values = {key: header[key] for key in header if key}
    assert values["GOODKEY"] == 5
    assert "BADKEY" not in values


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert content_hash(tmp_path / "a") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
