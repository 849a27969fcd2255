"""Names and numbers of any kind go through every text format and come back."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from contextlib import closing

import numpy as np
import pytest
from astropy.io import fits, votable
from astropy.table import Table
from chosenarrays import ChosenArrays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lightledger.domain import LightledgerError, silent
from lightledger.export.ecsv import quoted, write_ecsv
from lightledger.export.lightkurve import write_lightkurve
from lightledger.export.rows import file_stem
from lightledger.export.ucd import known_unit
from lightledger.export.votable import write_votable
from lightledger.export.wide import write_wide

pytestmark = pytest.mark.filterwarnings("ignore::astropy.io.votable.exceptions.VOWarning")
NASTY = [
    "=HYPERLINK(1)", "+1+1", "-x", "@SUM", 'a"b', "a,b", "a\nb", "<script>", "]]>", "&amp;", "é☃𝄞",
    "#c", " lead", "x" * 300, "../../etc/passwd", "C:\\con", "nul", "..", "'q'", "a\x00b", "--",
]  # fmt: skip
NAMES = st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=9).filter(str.strip))
many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def chosen(draw):
    n_object, n_visit = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    bands = ("R_sci-aper_r3", "ch1_sci-aper_r2", "R_sci-aper_r5")[: draw(st.integers(1, 3))]
    shape = (len(bands), n_object, n_visit)
    value = draw(hnp.arrays(np.float64, shape, elements=st.floats(width=32)))
    keep = draw(hnp.arrays(bool, shape))
    ids = draw(st.lists(NAMES, min_size=n_object, max_size=n_object))
    visits = [f"{draw(NAMES)}{i}" for i in range(n_visit)]
    return ChosenArrays(ids, visits, value, keep, bands)


def one_line(text):
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)


def same_words(a, b):
    return "".join(a.split()) == "".join(b.split())


@many
@given(chosen())
def test_ecsv(tmp_path, chosen):
    report = write_ecsv(tmp_path / "o.ecsv", chosen, None, silent)
    assert report.n_rows == chosen.keep.sum()
    table = Table.read(tmp_path / "o.ecsv", format="ascii.ecsv")
    assert table.meta["rows"] == len(table) == report.n_rows
    assert table.meta["hidden, flag"] == (~chosen.keep).sum()
    keep = chosen.keep.swapaxes(0, 1)  # object after object
    np.testing.assert_array_equal(table["value"], chosen.value.swapaxes(0, 1)[keep])
    np.testing.assert_array_equal(table["mjd_utc"].mjd if len(table) else [], mjd_of(chosen, keep))
    ids = np.broadcast_to(np.array(chosen.ids, object)[:, None, None], keep.shape)[keep]
    assert all(map(same_words, table["object"].tolist(), map(one_line, ids)))


def mjd_of(chosen, keep):
    return np.broadcast_to(chosen.mjd, keep.shape)[keep]


@many
@given(chosen())
def test_votable(tmp_path, chosen):
    report = write_votable(tmp_path / "o.vot", chosen, None, silent)
    assert report.n_rows == chosen.keep.sum()
    tables = list(votable.parse(tmp_path / "o.vot").iter_tables())
    assert [t.name for t in tables] == list(chosen.measurements)
    for m, one in enumerate(tables):
        table = one.to_table(use_names_over_ids=True)
        flux = np.ma.filled(table["flux"].astype(float), np.nan)
        np.testing.assert_array_equal(flux, chosen.value[m][chosen.keep[m]])
        ids = np.broadcast_to(np.array(chosen.ids, object)[:, None], chosen.keep[m].shape)
        for got, given_name in zip(table["object"], ids[chosen.keep[m]], strict=True):
            if not re.search("[\x00-\x1f\ufffe\uffff]", given_name):
                assert same_words(str(got), given_name)


@many
@given(chosen())
def test_wide_csv(tmp_path, chosen):
    report = write_wide(tmp_path / "o.csv", chosen, None, silent)
    with (tmp_path / "o.csv").open(newline="", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("# ")]
    rows = list(csv.DictReader(lines))
    assert all(None not in row and None not in row.values() for row in rows)
    points = [float(r[n]) for n in chosen.measurements for r in rows if int(r[f"{n}_flags"]) >= 0]
    assert len(points) == report.n_rows
    wanted = chosen.value[chosen.keep]
    np.testing.assert_array_equal(np.sort(points), np.sort(wanted))
    for row in rows:
        for name in ("object", "visit"):
            if row[name].lstrip()[:1] in tuple("=+-@"):
                float(row[name])


@many
@given(chosen())
def test_lightkurve_files_in_a_zip_have_names_that_are_safe_and_differ(tmp_path, chosen):
    write_lightkurve(tmp_path / "o.zip", chosen, None, silent)
    with zipfile.ZipFile(tmp_path / "o.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert len({name.lower() for name in names}) == len(names) == chosen.n_curves
        for name in names:
            assert re.fullmatch(r"[\w+.-]+\.fits", name)
            assert not name.startswith(".")
        with closing(fits.open(io.BytesIO(archive.read(names[0])))) as hdus:
            kept = chosen.keep[0, 0]
            np.testing.assert_array_equal(hdus[1].data["FLUX"], chosen.value[0, 0][kept])


@given(NAMES)
def test_a_stem_stays_in_its_folder_on_any_system(name):
    stem = file_stem(name)
    assert re.fullmatch(r"[\w+.-]+", stem)
    assert stem[0] != "."
    assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", stem, re.IGNORECASE)
    assert len(stem) <= 81


@given(st.text())
def test_yaml_reads_back_any_text(text):
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(quoted(text)) == text


def test_a_unit_that_votable_does_not_know_is_told_in_words(tmp_path):
    value = np.ones((1, 1, 1))
    given_unit = ChosenArrays(["a"], ["v"], value, value > 0, unit="furlong/s")
    write_votable(tmp_path / "o.vot", given_unit, None, silent)
    assert "unit furlong/s" in (tmp_path / "o.vot").read_text()
    assert votable.validate(tmp_path / "o.vot", output=None).rstrip().endswith("no violations.")
    assert known_unit("furlong/s") == ""


def test_several_light_curves_need_a_zip(tmp_path):
    value = np.ones((1, 2, 1))
    with pytest.raises(LightledgerError, match="these are 2"):
        write_lightkurve(
            tmp_path / "o.fits", ChosenArrays(["a", "b"], ["v"], value, value > 0), None, silent
        )
    assert list(tmp_path.iterdir()) == []
