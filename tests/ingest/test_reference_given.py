"""A coadd and what stands beside it: used when it fits, refused or left in one line when not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from tests.support.synthetic import FWHM_PX, Series

from lightledger.domain import Control, LightledgerError, Measuring
from lightledger.frames.scan import scan
from lightledger.ingest.build import Choice, build_reference, choose
from lightledger.ingest.reference import Reference
from lightledger.ingest.request import NO_COADD
from lightledger.ingest.submit import ThreadSubmitter

FIELD = Series(n_visit=3, apart_px=14, n_star=14)
SHAPE = FIELD.shape


def build(folder: Path, choice: Choice | None = None) -> Reference:
    inventory = scan([folder])
    with ThreadSubmitter(1) as submitter:
        return build_reference(
            inventory, choice or choose(inventory), Measuring(), (), submitter, Control()
        )


def said(reference: Reference) -> str:
    return " | ".join(problem.what for problem in reference.problems)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reference]:
    """A folder of visits with a coadd, and what is detected on it."""
    folder = tmp_path_factory.mktemp("visits")
    FIELD.write(folder)
    header = fits.getheader(folder / "night_000.fits")
    del header["DATE-OBS"]
    data = np.mean([fits.getdata(path) for path in sorted(folder.iterdir())], axis=0)
    fits.writeto(folder / "coadd_R.fits", data.astype("f4"), header)
    return folder, build(folder)


@pytest.fixture
def folder(made: tuple[Path, Reference], tmp_path: Path) -> Path:
    for path in made[0].iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


def catalogue(reference: Reference, **columns: object) -> Table:
    """SExtractor's catalogue of the objects, counted from 1 and numbered by rows from the end."""
    objects, n = reference.objects, reference.n_object
    table = Table(
        {
            "NUMBER": np.arange(n, 0, -1),
            "X_IMAGE": objects["x"] + 1,
            "Y_IMAGE": objects["y"] + 1,
            "A_IMAGE": np.full(n, 2.5),
            "B_IMAGE": np.full(n, 1.5),
            "THETA_IMAGE": np.full(n, 30.0),
            "KRON_RADIUS": np.full(n, 4.25),
        }
    )
    for name, values in columns.items():
        table[name] = values
    return table


def segmentation(reference: Reference) -> np.ndarray:
    value = np.zeros(reference.n_object + 1, np.int32)
    value[reference.objects["label"]] = np.arange(reference.n_object, 0, -1)
    return value[reference.segmentation]


def test_what_is_detected_has_shapes_and_pixels(made: tuple[Path, Reference]) -> None:
    _, reference = made
    geometry = reference.geometry(Measuring())
    assert geometry.n_object == FIELD.n_star
    x, y = np.rint(geometry.x).astype(int), np.rint(geometry.y).astype(int)
    np.testing.assert_array_equal(reference.segmentation[y, x], geometry.label)
    # isophotal moments of a Gaussian come near its own
    np.testing.assert_allclose(geometry.a, FWHM_PX / 2.3548, rtol=0.15)
    assert (geometry.kron >= 3.5).all()
    assert (geometry.kron < 6).all()
    # nearest stars are 14 px apart: Kron ellipses of 5 px do not touch
    assert np.median(reference.objects["neighbour_fraction"]) == 0
    bright = reference.flat > 5 * reference.noise
    assert (reference.segmentation[bright] > 0).mean() > 0.95


def test_shapes_and_segmentation_of_a_catalogue_are_used(
    made: tuple[Path, Reference], folder: Path
) -> None:
    reference = made[1]
    catalogue(reference).write(folder / "coadd_R.ecsv")
    fits.writeto(folder / "coadd_R_seg.fits", segmentation(reference))
    given = build(folder)
    np.testing.assert_array_equal(given.segmentation, segmentation(reference))
    np.testing.assert_array_equal(given.objects["label"], np.arange(reference.n_object, 0, -1))
    assert set(given.objects["kron_radius"]) == {4.25}
    assert set(given.objects["theta_deg"]) == {30.0}
    assert "segmentation" not in said(given)


def test_kron_radii_of_zero_are_measured_on_the_coadd(
    made: tuple[Path, Reference], folder: Path
) -> None:
    reference = made[1]
    objects = reference.objects
    radius = np.where(np.arange(reference.n_object) < 4, 0.0, 4.25)
    axes = {"A_IMAGE": objects["a_px"], "B_IMAGE": objects["b_px"]}
    table = catalogue(reference, KRON_RADIUS=radius, THETA_IMAGE=objects["theta_deg"], **axes)
    table.write(folder / "coadd_R.ecsv")
    given = build(folder)
    assert f"4 of {reference.n_object} objects have no Kron radius" in said(given)
    np.testing.assert_allclose(
        given.objects["kron_radius"][:4], objects["kron_radius"][:4], rtol=0.02
    )
    assert set(given.objects["kron_radius"][4:]) == {4.25}


def test_a_plain_list_of_stars_takes_shapes_from_what_is_detected(
    made: tuple[Path, Reference], folder: Path
) -> None:
    reference = made[1]
    table = catalogue(reference)["X_IMAGE", "Y_IMAGE"]
    table.add_row((SHAPE[1] / 2 + 0.5, 2.0))  # no star here
    table.write(folder / "coadd_R.ecsv")
    given = build(folder)
    for name in ("a_px", "b_px", "kron_radius"):
        np.testing.assert_allclose(
            given.objects[name][:-1], reference.objects[name], rtol=0.02, err_msg=name
        )
    assert given.objects["label"][-1] == 0
    assert given.objects["a_px"][-1] == pytest.approx(given.fwhm_px / 2.3548)
    assert given.objects["kron_radius"][-1] == 3.5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda seg: seg[:-3], "and the coadd 120 x 96"),
        (lambda seg: seg[:, ::-1], "lie on pixels of their NUMBER"),
        (lambda seg: seg + np.float32(0.5), "whole numbers"),
    ],
)
def test_a_segmentation_that_does_not_fit_is_left_out(
    made: tuple[Path, Reference], folder: Path, change: object, why: str
) -> None:
    reference = made[1]
    catalogue(reference).write(folder / "coadd_R.ecsv")
    fits.writeto(folder / "coadd_R.seg.fits", change(segmentation(reference)))  # type: ignore[operator]
    given = build(folder)
    assert "the segmentation is not used" in said(given)
    assert why in said(given)
    np.testing.assert_array_equal(given.segmentation, reference.segmentation)


def test_a_segmentation_without_a_catalogue_is_left_out(
    made: tuple[Path, Reference], folder: Path
) -> None:
    fits.writeto(folder / "coadd_R_seg.fits", segmentation(made[1]))
    assert "no catalogue tells by NUMBER" in said(build(folder))


def test_shapes_in_pixels_of_another_image_are_not_used(
    made: tuple[Path, Reference], folder: Path
) -> None:
    reference = made[1]
    table = catalogue(reference, X_IMAGE=3 * reference.objects["x"])
    table["ALPHA_J2000"], table["DELTA_J2000"] = reference.objects["ra"], reference.objects["dec"]
    table.write(folder / "coadd_R.ecsv")
    given = build(folder)
    assert "pixels of another image" in said(given)
    np.testing.assert_allclose(given.objects["a_px"], reference.objects["a_px"], rtol=0.02)


def test_a_coadd_of_another_field_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.fits"
    data, header = fits.getdata(folder / "coadd_R.fits", header=True)
    header["CRVAL1"] += 5.0
    fits.writeto(other, data, header)
    with pytest.raises(LightledgerError, match="another part of the sky"):
        build(folder, Choice("R", str(other)))


def test_a_coadd_without_wcs_must_show_the_same_stars(folder: Path, tmp_path: Path) -> None:
    away = tmp_path / "deep"
    away.mkdir()
    mine, other = away / "mine.fits", away / "other.fits"
    fits.writeto(mine, fits.getdata(folder / "coadd_R.fits"))
    assert build(folder, Choice("R", str(mine))).n_object == FIELD.n_star
    Series(n_visit=1, seed=9, n_star=14, with_wcs=False).write(away)
    fits.writeto(other, fits.getdata(away / "night_000.fits"))
    with pytest.raises(LightledgerError, match="stars of the coadd are not those"):
        build(folder, Choice("R", str(other)))


def test_a_weight_map_that_does_not_fit_is_refused(folder: Path) -> None:
    fits.writeto(folder / "coadd_R_wht.fits", np.ones((50, 60), "f4"))
    with pytest.raises(LightledgerError, match="weight map is 60 x 50 and the coadd 120 x 96"):
        build(folder)
    fits.writeto(folder / "coadd_R_wht.fits", np.zeros(SHAPE, "f4"), overwrite=True)
    with pytest.raises(LightledgerError, match="nowhere above 0"):
        build(folder)


def test_a_catalogue_of_another_field_is_refused(
    made: tuple[Path, Reference], folder: Path
) -> None:
    objects = made[1].objects
    Table({"ra": objects["ra"] + 3, "dec": objects["dec"]}).write(folder / "coadd_R.ecsv")
    with pytest.raises(LightledgerError, match=r"none of the catalogue's 14 objects lies"):
        build(folder)


def test_a_coadd_can_be_left_aside(folder: Path) -> None:
    inventory = scan([folder])
    assert choose(inventory).coadd
    choice = choose(inventory, NO_COADD)
    assert "stack of the best visits" in choice.in_words
    reference = build(folder, choice)
    assert "3 visits on the pixels of night_000.fits" in reference.source
    assert reference.weight is not None
    assert reference.n_object == FIELD.n_star


def test_what_stands_beside_a_coadd_of_any_name_is_found(folder: Path, tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    for name in ("field.fits", "field_weight.fits", "field.segmentation.fits", "field_2.fits"):
        (deep / name).symlink_to(folder / "coadd_R.fits")
    choice = choose(scan([folder]), str(deep / "field.fits"))
    assert Path(choice.weight).name == "field_weight.fits"
    assert Path(choice.segmentation).name == "field.segmentation.fits"


def test_a_million_rows_are_read_and_counted(folder: Path) -> None:
    rng = np.random.default_rng(0)
    n = 1_000_000
    rows = np.zeros(n, [("NUMBER", ">i4"), ("X_IMAGE", ">f4"), ("Y_IMAGE", ">f4")])
    rows["NUMBER"] = np.arange(1, n + 1)
    rows["X_IMAGE"], rows["Y_IMAGE"] = rng.uniform(-4000, 4000, (2, n))
    fits.writeto(folder / "coadd_R_cat.fits", rows)
    reference = build(folder)
    inside = reference.n_object
    assert 150 < inside < 220
    assert f"{n - inside} of {n} objects lie outside the coadd" in said(reference)
