"""What is exported can be imported again: values, errors, flags and both times of every point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import storefield

import lightledger
from lightledger.analysis.masks import Filters
from lightledger.domain import Flag, LightledgerError
from lightledger.ingest.lightcurves.importing import import_light_curves
from lightledger.ingest.lightcurves.options import ImportOptions
from lightledger.ingest.lightcurves.sniff import all_light_curves

IDS = ("I3", "I5", "I8")
FORMATS = [("csv", "a.csv"), ("csv-wide", "a.csv"), ("ecsv", "a.ecsv"), ("votable", "a.vot")]
MS_D = 1e-3 / 86400


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("exports") / "field.h5"
    storefield.build(target, range(40), 12)
    with lightledger.open(target) as field:
        field.journal.reject_point("I3", "ch1", "gr004")
    return target


def again(made: Path, tmp_path: Path, name: str, file: str, ids=IDS, **how: object) -> Path:
    with lightledger.open(made) as field:
        field.export(tmp_path / file, objects=list(ids), format=name, **how)
    assert all_light_curves([tmp_path / file])
    output = tmp_path / "again.h5"
    import_light_curves([tmp_path / file], output)
    return output


def compare(made: Path, output: Path, ids=IDS, rtol: float = 0.0) -> None:
    """Every point of the copy is that of the store; what is hidden is not there."""
    n = 0
    with lightledger.open(made) as field, lightledger.open(output) as copy:
        assert set(copy.object_ids) == set(ids)
        assert set(copy.measurements) == set(field.measurements)
        for name in ids:
            for measurement in field.measurements:
                was, now = (one.light_curve(name, measurement) for one in (field, copy))
                assert (now.ra_deg, now.dec_deg) == (was.ra_deg, was.dec_deg)
                assert now.unit == was.unit
                for k in np.flatnonzero(np.isfinite(now.value)):
                    at = int(np.argmin(np.abs(was.time - now.time[k])))
                    assert abs(was.time[at] - now.time[k]) < MS_D
                    assert abs(was.bjd_tdb[at] - now.bjd_tdb[k]) < MS_D
                    assert now.value[k] == pytest.approx(was.value[at], rel=rtol, abs=0)
                    assert now.error[k] == pytest.approx(was.error[at], rel=rtol, abs=0)
                    kept = int(was.flags[at])
                    if kept & Flag.REJECTED:
                        kept = kept & ~int(Flag.REJECTED) | int(Flag.QUALITY_BAD)
                    assert int(now.flags[k]) == kept
                    n += 1
    assert n > 0.7 * 40 * len(ids) * len(field.measurements)


@pytest.mark.parametrize(("name", "file"), FORMATS)
def test_an_export_comes_back(made, tmp_path, name, file):
    compare(made, again(made, tmp_path, name, file))


@pytest.mark.parametrize(("name", "file"), FORMATS)
def test_stars_of_one_visit_share_it_again(made, tmp_path, name, file):
    with lightledger.open(again(made, tmp_path, name, file)) as copy:
        assert {len(copy.visits(band)["visit"]) for band in copy.bands} <= {39, 40}


@pytest.mark.parametrize(("name", "file"), FORMATS)
def test_flagged_and_rejected_points_keep_their_flags(made, tmp_path, name, file):
    everything = Filters(mask=0, keep_rejected=True)
    output = again(made, tmp_path, name, file, filters=everything)
    compare(made, output)
    with lightledger.open(output) as copy:
        flags = [copy.light_curve(i, m).flags for i in copy.object_ids for m in copy.measurements]
    for flag in (Flag.SATURATED, Flag.QUALITY_BAD):
        assert any((f & np.uint16(flag)).any() for f in flags)


@pytest.mark.parametrize(("name", "file"), FORMATS)
def test_one_star_alone_keeps_the_time_of_its_observer(made, tmp_path, name, file):
    compare(made, again(made, tmp_path, name, file, ids=("I5",)), ids=("I5",))


@pytest.mark.parametrize(("name", "file"), FORMATS)
def test_magnitudes_become_the_same_fluxes(made, tmp_path, name, file):
    output = again(made, tmp_path, name, file, as_magnitude=True)
    compare(made, output, rtol=3e-6)


def test_what_a_person_says_of_columns_goes_first(made, tmp_path):
    with lightledger.open(made) as field:
        field.export(tmp_path / "a.csv", objects=list(IDS), measurements=[field.measurements[0]])
    options = ImportOptions(columns=("time=mjd_utc", "flux=value,error"))
    import_light_curves([tmp_path / "a.csv"], tmp_path / "again.h5", options)
    with lightledger.open(tmp_path / "again.h5") as copy:
        assert "ch1_sci-flux" in copy.measurements


def test_a_row_without_a_time_is_said(made, tmp_path):
    with lightledger.open(made) as field:
        field.export(tmp_path / "a.csv", objects=["I5"], measurements=[field.measurements[0]])
    head, *rows = (tmp_path / "a.csv").read_text().rpartition("object,")[2].splitlines()
    cells = rows[0].split(",")
    cells[6] = "nan"
    (tmp_path / "b.csv").write_text("\n".join([f"object,{head}", ",".join(cells), *rows[1:]]))
    with pytest.raises(LightledgerError, match="no mjd_utc"):
        import_light_curves([tmp_path / "b.csv"], tmp_path / "again.h5")
