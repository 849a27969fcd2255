"""Reference catalogues of every common make, and those that are none."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import MaskedColumn, Table
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import Control, LightledgerError
from lightledger.domain.errors import Cancelled
from lightledger.frames import table_readers
from lightledger.frames.catalogue import Catalogue, read_catalogue

GAIA = 1015783782961610497  # odd and beyond 2**53: a float would change it


def written(tmp_path: Path, text: str, name: str = "stars.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def said(catalogue: Catalogue) -> str:
    return " | ".join(str(problem) for problem in catalogue.problems)


def test_plain_csv(tmp_path: Path) -> None:
    path = written(tmp_path, "id,RA,Dec,mag\nA,10.5,-20.25,15.1\nB,11,2,\n")
    catalogue = read_catalogue(path)
    assert catalogue.ids == ["A", "B"]
    assert catalogue.ra.tolist() == [10.5, 11.0]
    assert catalogue.dec.tolist() == [-20.25, 2.0]
    assert catalogue.x is None
    assert np.isnan(catalogue.columns["mag"][1])
    assert catalogue.guesses["ra"] == "RA"
    assert "1 missing value" in said(catalogue)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_delimiters_comments_and_gzip(tmp_path: Path, delimiter: str) -> None:
    lines = ["# a remark", delimiter.join(["name", "ra", "dec"]), delimiter.join(["S1", "1", "2"])]
    path = tmp_path / "stars.txt.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    catalogue = read_catalogue(path)
    assert catalogue.ids == ["S1"]
    assert (catalogue.ra[0], catalogue.dec[0]) == (1.0, 2.0)


def test_names_in_the_last_comment(tmp_path: Path) -> None:
    catalogue = read_catalogue(written(tmp_path, "# made by hand\n# ra dec\n1.0 2.0\n3.0 4.0\n"))
    assert catalogue.ra.tolist() == [1.0, 3.0]


def test_sexagesimal_right_ascension_is_in_hours(tmp_path: Path) -> None:
    path = written(tmp_path, "id,ra,dec\nt,08:18:39.68,-00:30:30.0\nu,02h04m10.28s,+46d41m16.2s\n")
    catalogue = read_catalogue(path)
    np.testing.assert_allclose(catalogue.ra, [124.665333, 31.042833], atol=1e-6)
    np.testing.assert_allclose(catalogue.dec, [-0.508333, 46.687833], atol=1e-6)
    assert catalogue.guesses["angle"] == "h:m:s"


@given(ra=st.floats(0, 359.999), dec=st.floats(-89.9, 89.9))
@settings(max_examples=40, deadline=None)
def test_sexagesimal_as_astropy_writes_it(
    tmp_path_factory: pytest.TempPathFactory, ra: float, dec: float
) -> None:
    where = SkyCoord(ra, dec, unit="deg")
    path = tmp_path_factory.mktemp("sexagesimal") / "a.csv"
    for style in ("hmsdms", None):
        options = {} if style else {"sep": ":"}
        text = where.to_string("hmsdms", precision=5, **options)
        first, second = text.split()
        path.write_text(f"id,ra,dec\nA,{first},{second}\n", encoding="utf-8")
        catalogue = read_catalogue(path)
        back = SkyCoord(catalogue.ra[0], catalogue.dec[0], unit="deg")
        assert back.separation(where).arcsec < 1e-3


@pytest.mark.parametrize(("unit", "value"), [("deg", 30.0), ("hourangle", 2.0), ("rad", np.pi / 6)])
def test_units_are_honoured(tmp_path: Path, unit: str, value: float) -> None:
    table = Table({"source_id": [GAIA], "ra": [value], "dec": [0.0]})
    table["ra"].unit = unit
    path = tmp_path / "a.ecsv"
    table.write(path, format="ascii.ecsv")
    catalogue = read_catalogue(path)
    assert catalogue.ra[0] == pytest.approx(30.0)
    assert catalogue.ids == [str(GAIA)]


@pytest.mark.parametrize("suffix", ["ecsv", "fits", "csv", "xml"])
def test_formats_agree_and_keep_long_ids(tmp_path: Path, suffix: str) -> None:
    table = Table()
    table["source_id"] = MaskedColumn([GAIA, GAIA + 2, 0], mask=[False, False, True])
    table["RAJ2000"] = [10.0, 20.0, 30.0]
    table["DEJ2000"] = [-1.0, 0.0, 1.0]
    table["name_of"] = ["a", "b", "c"]
    path = tmp_path / f"a.{suffix}"
    if suffix == "xml":
        table.write(path, format="votable")
    elif suffix == "csv":
        table.write(path, format="ascii.csv")
    else:
        table.write(path)
    catalogue = read_catalogue(path)
    assert catalogue.ids == [str(GAIA), str(GAIA + 2), "I3"]
    assert catalogue.ra.tolist() == [10.0, 20.0, 30.0]
    assert catalogue.columns["name_of"].tolist() == ["a", "b", "c"]
    assert "named by their row" in said(catalogue)


SEXTRACTOR = """\
#   1 NUMBER                 Running object number
#   2 X_IMAGE                Object position along x                         [pixel]
#   3 Y_IMAGE                Object position along y                         [pixel]
#   4 FLUX_APER              Flux vector within fixed circular aperture(s)   [count]
#   6 ALPHA_J2000            Right ascension of barycenter (J2000)           [deg]
#   7 DELTA_J2000            Declination of barycenter (J2000)               [deg]
         7    101.0     51.5   10.0   20.0  150.1234567  +2.1234567
        12      1.0      1.0   11.0   21.0  150.2234567  -2.1234567
"""


def test_sextractor_ascii_counts_pixels_from_one(tmp_path: Path) -> None:
    catalogue = read_catalogue(written(tmp_path, SEXTRACTOR, "stars.cat"))
    assert catalogue.ids == ["I7", "I12"]
    assert catalogue.x is not None
    assert catalogue.y is not None
    assert catalogue.x.tolist() == [100.0, 0.0]
    assert catalogue.y.tolist() == [50.5, 0.0]
    assert catalogue.columns["FLUX_APER_1"].tolist() == [20.0, 21.0]
    assert catalogue.guesses["pixel_origin"] == "1"
    assert catalogue.guesses["ra"] == "ALPHA_J2000"


def test_ldac_table_is_the_objects_not_the_header(tmp_path: Path) -> None:
    head = fits.BinTableHDU(Table({"Field Header Card": ["x" * 80]}), name="LDAC_IMHEAD")
    objects = fits.BinTableHDU(
        Table({"NUMBER": [1, 2], "XWIN_IMAGE": [5.0, 6.0], "YWIN_IMAGE": [7.0, 8.0]}),
        name="LDAC_OBJECTS",
    )
    path = tmp_path / "a.cat"
    fits.HDUList([fits.PrimaryHDU(), head, objects]).writeto(path)
    catalogue = read_catalogue(path)
    assert catalogue.guesses["format"] == "FITS_LDAC"
    assert not catalogue.has_sky
    assert catalogue.x is not None
    assert catalogue.x.tolist() == [4.0, 5.0]


def test_galactic_becomes_icrs(tmp_path: Path) -> None:
    catalogue = read_catalogue(written(tmp_path, "id,l,b\nA,18.384317,0.240381\n"))
    expected = SkyCoord(l=18.384317, b=0.240381, unit="deg", frame="galactic").icrs
    assert catalogue.ra[0] == pytest.approx(expected.ra.deg, abs=1e-9)
    assert catalogue.dec[0] == pytest.approx(expected.dec.deg, abs=1e-9)


def test_ucds_speak_where_names_do_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        """<VOTABLE version="1.3"><RESOURCE><TABLE>
        <FIELD name="who" datatype="char" arraysize="*" ucd="meta.id;meta.main"/>
        <FIELD name="c1" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main"/>
        <FIELD name="c2" datatype="double" unit="deg" ucd="pos.eq.dec;meta.main"/>
        <FIELD name="e1" datatype="double" unit="deg" ucd="stat.error;pos.eq.ra"/>
        <DATA><TABLEDATA><TR><TD>X1</TD><TD>10</TD><TD>20</TD><TD>0.1</TD></TR></TABLEDATA></DATA>
        </TABLE></RESOURCE></VOTABLE>""",
        encoding="utf-8",
    )
    catalogue = read_catalogue(path)
    assert catalogue.ids == ["X1"]
    assert (catalogue.ra[0], catalogue.dec[0]) == (10.0, 20.0)


def test_sky_coordinates_in_one_column(tmp_path: Path) -> None:
    path = tmp_path / "a.ecsv"
    Table({"id": ["A"], "coord": SkyCoord([10.0], [20.0], unit="deg")}).write(path)
    catalogue = read_catalogue(path)
    assert (catalogue.ra[0], catalogue.dec[0]) == (10.0, 20.0)


def test_repeated_ids_become_unique(tmp_path: Path) -> None:
    path = written(tmp_path, "id,ra,dec\nA,1,1\nA,2,2\nA-2,3,3\nA,4,4\nB,5,5\nC,6,6\nD,7,7\n")
    catalogue = read_catalogue(path)
    assert catalogue.ids == ["A", "A-3", "A-2", "A-4", "B", "C", "D"]
    assert "2 ids of id repeat" in said(catalogue)


@given(st.lists(st.sampled_from(["", "A", "B", "A-2", "I1", "I2", "I3"]), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_ids_are_always_unique(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    path = tmp_path_factory.mktemp("ids") / "a.csv"
    rows = [f"{name},{10 + k},5" for k, name in enumerate(names)]
    path.write_text("\n".join(["id,ra,dec", *rows]) + "\n", encoding="utf-8")
    ids = read_catalogue(path).ids
    assert len(ids) == len(set(ids)) == len(names)
    assert all(ids)


def test_rows_without_position_are_counted_and_ids_keep_their_row(tmp_path: Path) -> None:
    path = written(tmp_path, "ra,dec\n1,1\n,2\n400,0\n5,95\n6,6\n")
    catalogue = read_catalogue(path)
    assert catalogue.ids == ["I1", "I5"]
    assert "3 of 5 rows have no usable position" in said(catalogue)


def test_pixels_alone_count_from_zero_unless_said(tmp_path: Path) -> None:
    plain = read_catalogue(written(tmp_path, "id,xcentroid,ycentroid\nA,10,20\n"))
    assert plain.x is not None
    assert plain.x[0] == 10.0
    table = Table({"id": ["A"], "x": [10.0], "y": [20.0]}, meta={"comments": ["x, y are 1-based"]})
    path = tmp_path / "a.ecsv"
    table.write(path)
    from_one = read_catalogue(path)
    assert from_one.x is not None
    assert from_one.x[0] == 9.0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"<html><body>404</body></html>", "web page"),
        (b"time,flux\n1,2\n", "no columns with positions"),
        (b"ra,dec\n", "no rows"),
        (b"ra,dec\nx,y\n", "no row of the catalogue"),
        (b"1,2,3\n4,5,6\n", "names of its columns"),
        (b"\x00\x01\x02\x03" * 100, "known format"),
        (b"\x1f\x8b\x08\x00garbage", "damaged"),
        (b"SIMPLE  =                    T" + b" " * 50, "damaged"),
        (b"<VOTABLE><RESOURCE>", "damaged"),
        (b"#   1 NUMBER  n\n#   2 X_IMAGE x\n1\n", "do not fit"),
    ],
)  # fmt: skip
def test_what_is_no_catalogue_is_refused_in_one_line(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "stars.cat"
    path.write_bytes(content)
    with pytest.raises(LightledgerError, match=why) as caught:
        read_catalogue(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_missing_file_folder_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(LightledgerError, match="cannot be read"):
            read_catalogue(path)
    monkeypatch.setattr(table_readers, "MAX_BYTES", 10)
    with pytest.raises(LightledgerError, match="at most"):
        read_catalogue(written(tmp_path, "id,ra,dec\nA,1,2\n"))


def test_cancel(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        read_catalogue(written(tmp_path, "id,ra,dec\nA,1,2\n"), control=control)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "n", "first", "ra"),
    [
        ("lowell_5945_field/reference_catalogue.ecsv", 684, "L0001", 124.586860),
        ("catalogues_eyuma/all_apass_ey_uma.ecsv", 54, "I1", 135.68157),
        ("catalogues_eyuma/all_refcat2_ey_uma.ecsv", 187, "1015783782961610496", 135.62886541),
        ("catalogues_eyuma/comp_stars.fits", 67, "I1", 135.761833),
        ("catalogues_eyuma/variables.fits", 1, "EY UMa", 135.5865),
        (
            "catalogues_eyuma/unclipped_ey_uma_vsx.fits", 39, "Gaia DR3 1015989700873389184",
            134.81295,
        ),
        ("catalogues_eyuma/2014-12-29-ey-uma-9.fits", 3854, "I1", 135.368756),
        ("catalogues_eyuma/per_visit_ecsv/ey-uma-001R.ecsv", 41, "I1", 135.368756),
        ("spitzer_irac_mosaic/spitzer_example_catalog.xml", 224, "I1", 275.893190),
        ("lowell_5945_field/catalogs_sextractor_ldac/20190326.0126.cat", 287, "I1", 124.582739),
        ("nasty_fits/real_world/stellarphot_bad_yaml.ecsv", 16, "I1", 348.99291),
    ],
)  # fmt: skip
def test_real_catalogues(real_data: Path, name: str, n: int, first: str, ra: float) -> None:
    catalogue = read_catalogue(real_data / name)
    assert len(catalogue) == n
    assert catalogue.ids[0] == first
    assert catalogue.ra[0] == pytest.approx(ra, abs=1e-5)
    assert len(set(catalogue.ids)) == n


@pytest.mark.real
def test_lowell_pixels_are_from_one_by_its_comment(real_data: Path) -> None:
    catalogue = read_catalogue(real_data / "lowell_5945_field/reference_catalogue.ecsv")
    assert catalogue.x is not None
    assert catalogue.x[0] == pytest.approx(610.92926, abs=1e-4)


@pytest.mark.real
def test_nasty_files_are_read_or_refused_in_one_line(real_data: Path) -> None:
    answers = []
    for path in sorted((real_data / "nasty_fits").rglob("*.f*")):
        try:
            answers.append(f"{len(read_catalogue(path))} objects")
        except LightledgerError as error:
            answers.append(str(error))
    assert len(answers) > 70
    assert not any("\n" in answer or answer == "0 objects" for answer in answers)
