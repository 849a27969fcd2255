"""Columns to measurements, bits to flags, rows to visits; tables that mean harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table as AstropyTable
from visitcatalogues import MadeField, write_table

from lightledger.domain import Catalogues, Flag, LightledgerError, clean_band
from lightledger.frames.catalogue import read_catalogue
from lightledger.frames.headers import Cards
from lightledger.frames.setups import band_of
from lightledger.frames.sorting import stem_of
from lightledger.frames.tables import Column, Table
from lightledger.frames.times import header_time
from lightledger.frames.visitcatalogue import Piece, VisitCatalogue, best_table, read_rows
from lightledger.frames.visitcolumns import ColumnMap, propose
from lightledger.frames.visitrows import groups_of, header_of_rows, visit_and_band
from lightledger.frames.visitscan import scan_catalogues


def read_visit_catalogue(path: Path, mapping: ColumnMap | None = None) -> VisitCatalogue:
    """The catalogue of a single visit; the mapping is proposed when it is not given."""
    table = best_table(path)
    mapping = mapping or propose({"sci": table})
    header = header_of_rows(table, np.arange(table.n_rows), mapping.roles)
    told, band = header_time(header), clean_band(band_of(header))
    piece = Piece(str(path), path.name)
    return read_rows(table, piece, mapping, stem_of(path.name), band, told.time if told else None)


def table(names: str, **cards: object) -> Table:
    columns = {name: Column(np.arange(1.0, 4.0)) for name in names.split()}
    return Table(columns, cards=Cards.from_dict(cards))


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        ("id ra dec flux flux_err", "sci-flux=flux,flux_err"),
        ("X_IMAGE MAG_AUTO MAGERR_AUTO FWHM_IMAGE", "sci-auto=MAG_AUTO,MAGERR_AUTO"),
        ("FLUX_AUTO MAG_AUTO MAGERR_AUTO", "sci-auto=FLUX_AUTO,MAGERR_AUTO"),
        ("kron_flux kron_fluxerr segment_flux",
         "sci-auto=kron_flux,kron_fluxerr sci-iso=segment_flux"),
        ("FLUX_APER FLUX_APER_1 FLUXERR_APER FLUXERR_APER_1",
         "sci-aper_1=FLUX_APER,FLUXERR_APER sci-aper_2=FLUX_APER_1,FLUXERR_APER_1"),
        ("flux_r3 flux_r5.5 e_flux_r3", "sci-aper_r3=flux_r3,e_flux_r3 sci-aper_r5.5=flux_r5.5"),
        ("biweight_7px median_3px", "sci-biweight_7px=biweight_7px sci-median_3px=median_3px"),
        ("aperture_sum aperture_net_flux annulus_sum mag_error",
         "sci-aper=aperture_net_flux,mag_error"),
        ("FLUX_RADIUS FLUX_MAX CLASS_STAR", ""),
    ],
)  # fmt: skip
def test_measurements_are_proposed_by_names(names: str, lines: str) -> None:
    assert " ".join(propose({"sci": table(names)}).lines) == lines


def test_radii_come_from_the_header_or_the_recipe() -> None:
    names = "FLUX_APER FLUX_APER_1"
    given = propose({"sci": table(names, SEXAPED1=8.0, SEXAPED2=12.0)})
    assert [s.measurement for s in given.sources] == ["sci-aper_r4", "sci-aper_r6"]
    asked = propose({"sci": table(names)}, (2.0, 3.5))
    assert [s.measurement for s in asked.sources] == ["sci-aper_r2", "sci-aper_r3.5"]


def test_lines_edit_and_come_back() -> None:
    lines = ("sci-auto=FLUX_AUTO,FLUXERR_AUTO", "id=NUMBER")
    mapping = ColumnMap().edited(lines)
    assert mapping.lines == lines
    assert mapping.edited(["sci-auto=", "id=", "FWHM"]).lines == ("column-FWHM=FWHM",)
    for wrong in ("=a", "auto=FLUX", "sci-a b=c", "id=a,b"):
        with pytest.raises(LightledgerError, match="does not map"):
            mapping.edited([wrong])


def test_bits_of_sextractor_become_flags(tmp_path: Path) -> None:
    rows = MadeField(n_star=6).rows(0)
    rows["FLAGS"] = [0, 1 | 2, 4, 8, 16, 32 | 128]
    write_table(rows, {"MJD-OBS": 58000.0}, tmp_path / "a.ecsv", "ecsv")
    read = read_visit_catalogue(tmp_path / "a.ecsv")
    bad, cut, full = Flag.BAD_PIXELS, Flag.TRUNCATED, Flag.SATURATED
    assert read.flags.tolist() == [0, 0, full, cut, cut, bad]
    assert read.crowded.tolist() == [False, True, False, False, False, False]
    rows.rename_columns(
        ["FLAGS", "FLUX_AUTO", "ALPHA_J2000", "DELTA_J2000"], ["flags", "f", "ra", "dec"]
    )
    rows.keep_columns(["flags", "f", "ra", "dec"])
    write_table(rows, {"MJD-OBS": 58000.0}, tmp_path / "b.ecsv", "ecsv")
    mapping = ColumnMap().edited(["sci-f=f"])
    assert not read_visit_catalogue(tmp_path / "b.ecsv", mapping).flags.any()
    asked = read_visit_catalogue(tmp_path / "b.ecsv", mapping.edited(["bad=flags"]))
    assert (asked.flags == [0, bad, bad, bad, bad, bad]).all()


def test_unknown_errors_are_nan_and_never_zero(tmp_path: Path) -> None:
    rows = MadeField(n_star=4).rows(0)
    rows["FLUX_AUTO"] = [1.0, 0.0, np.nan, -5.0]
    rows["FLUXERR_AUTO"] = [-1.0, 0.0, 1.0, np.inf]
    write_table(rows, {"MJD-OBS": 58000.0, "EXPTIME": 1.0}, tmp_path / "a.ecsv", "ecsv")
    read = read_visit_catalogue(tmp_path / "a.ecsv")
    np.testing.assert_array_equal(read.values["sci-auto"], [1.0, np.nan, np.nan, -5.0])
    np.testing.assert_array_equal(read.errors["sci-auto"], [np.nan, np.nan, 1.0, np.nan])


def test_rows_of_many_visits_and_bands() -> None:
    n = 12
    long = Table(
        {
            "file": Column(np.array([f"f{k // 4}.fit" for k in range(n)], object)),
            "filter": Column(np.array(["g", "r"] * (n // 2), object)),
            "jd": Column(2458000.5 + np.arange(n) // 4),
            "exptime": Column(np.full(n, 30.0)),
        }
    )
    groups = groups_of(long, {})
    assert [visit_and_band(key, long, {}) for key in groups][:3] == [
        ("f0", "g"),
        ("f0", "r"),
        ("f1", "g"),
    ]
    assert sorted(np.concatenate(list(groups.values())).tolist()) == list(range(n))
    header = header_of_rows(long, groups["f1.fit\tg"], {})
    assert header.number("JD-MID") == 2458001.5
    assert groups_of(long, {"time": "jd", "band": ""}).keys() == {
        "2458000.5",
        "2458001.5",
        "2458002.5",
    }
    curve = Table({"mjd": Column(np.arange(20.0)), "mag": Column(np.arange(20.0))})
    with pytest.raises(LightledgerError, match="light curve"):
        groups_of(curve, {})


def test_a_galactic_catalogue_and_radians_are_placed(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    AstropyTable({"l": [18.4, 18.5], "b": [0.1, -0.1], "mag": [9.0, 8.0]}).write(
        path, format="votable"
    )
    read = read_catalogue(path)
    assert read.guesses["l"] == "l"
    assert read.ra == pytest.approx([275.92, 276.14], abs=0.2)
    AstropyTable({"coord_ra": [1.0, 1.1], "coord_dec": [0.1, 0.2]}, units=["rad", "rad"]).write(
        tmp_path / "r.fits"
    )
    assert read_catalogue(tmp_path / "r.fits").ra == pytest.approx(np.degrees([1.0, 1.1]))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ('<!DOCTYPE V [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "XML entities"),
        ('<!DOCTYPE V [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', "XML entities"),
        ('<DATA><BINARY><STREAM href="file:///etc/passwd"/></BINARY></DATA>', "another file"),
        ('<DATA><BINARY><STREAM encoding="gzip">H4sI</STREAM></BINARY></DATA>', "packed"),
        ('<TABLE nrows="99999999999">', "nrows"),
        ('<FIELD name="a" datatype="double" arraysize="4000000000"/>', "arraysize"),
    ],
)
def test_a_hostile_votable_is_not_read(tmp_path: Path, harm: str, said: str) -> None:
    inside = not harm.startswith("<!")
    head, body = ("", harm) if inside else (harm, "")
    rows = f'<VOTABLE version="1.3"><RESOURCE><TABLE>{body}</TABLE></RESOURCE></VOTABLE>'
    text = f'<?xml version="1.0"?>{head}{rows}'
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(LightledgerError, match=said) as caught:
        read_catalogue(tmp_path / "a.xml")
    assert "\n" not in str(caught.value)


def test_a_hundred_thousand_rows_are_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    n = 100_000
    AstropyTable(
        {"NUMBER": np.arange(n), "ra": rng.uniform(0, 2, n), "dec": rng.uniform(-1, 1, n)}
    ).write(tmp_path / "a.fits")
    read = read_catalogue(tmp_path / "a.fits")
    assert len(read) == n
    assert read.ids[-1] == "I99999"


def test_two_catalogues_of_one_visit_contradict(tmp_path: Path) -> None:
    field = MadeField(n_star=5, n_visit=3)
    folder = field.write(tmp_path / "in")
    (folder / "more").mkdir()
    write_table(field.rows(7), field.header(0), folder / "more" / "v0.ecsv", "ecsv")
    inventory = scan_catalogues([folder], Catalogues()).inventory
    assert {frame.visit for frame in inventory.frames} == {"v1", "v2"}
    assert (inventory.n_files, inventory.n_used, inventory.n_refused) == (4, 2, 2)
    assert all("is visit v0" in p.what for p in inventory.problems if p.severity == "refused")
