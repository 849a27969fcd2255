"""The comparison of measuring: it runs on a tiny field and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from lightledger.bench.extraction import others, run, words
from lightledger.bench.extraction.field import BAND, FieldSize, make_field
from lightledger.bench.extraction.result import DEMANDS, Result
from lightledger.bench.extraction.run import Effort
from lightledger.domain import Cancelled, Control, LightledgerError
from lightledger.domain.progress import silent

TINY = FieldSize(256)
QUICK = Effort(1, 1, 1, 1, 20)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("run")
    return run(TINY, QUICK, folder=folder), folder


def test_a_field_is_the_same_from_the_same_seed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_field(tmp_path / name, TINY, Control(), silent)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.fits"))
    assert len(files) == 2 + 3 * TINY.n_visit
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_field_has_all_that_makes_measuring_hard(tmp_path: Path) -> None:
    make_field(tmp_path / "field", TINY, Control(), silent)
    frames = tmp_path / "field/per_aor"
    sci, unc, cov = (
        fits.getdata(frames / f"IDF_gr1_{BAND}_{kind}.fits") for kind in ("sci", "unc", "cov")
    )
    bad = ~np.isfinite(sci)
    assert 0 < bad.mean() < 0.2
    assert (cov[bad] == 0).all()
    assert (unc[~bad] > 0).all()
    coadd = fits.getdata(tmp_path / f"field/superstack/coadd_{BAND}.fits")
    assert np.nanmax((sci - coadd)[~bad] / unc[~bad]) > 50  # cosmic rays


def test_every_program_that_is_installed_takes_part(found: tuple[Result, Path]) -> None:
    result, folder = found
    there = {p.key for p in others.PROGRAMS if not p.missing()}
    assert {row.key for row in result.others} == there
    assert set(result.left_out) == {p.title for p in others.PROGRAMS if p.missing()}
    assert all(row.cpu_s > 0 for row in result.others)
    assert result.n_measurement == 20
    assert result.n_object > 50
    assert result.full_cpu_s > 0
    assert result.steps_s
    assert sum(result.steps_s.values()) < 10
    assert list(folder.iterdir()) == []


def test_they_give_the_same_numbers(found: tuple[Result, Path]) -> None:
    """What is compared is what was timed."""
    said = {row.key: row.agrees for row in found[0].others}
    if "photutils" in said:
        assert float(said["photutils"].split()[-1]) < 1e-3
    if "astroscrappy" in said:
        assert said["astroscrappy"].startswith("cosmic pixels: ")
        shares = [float(word.rstrip("%")) for word in said["astroscrappy"].split() if "%" in word]
        assert min(shares) > 95
    if "sextractor" in said:
        assert float(said["sextractor"].split()[-2]) < 2


def test_keys_that_scripts_rely_on(found: tuple[Result, Path]) -> None:
    facts = json.loads(json.dumps(found[0].to_json()))
    assert {"side", "objects", "measurements", "visit_cpu_s", "steps_s", "others"} <= set(facts)
    assert {"thread_gains", "idle_gap_ms", "long_run", "load", "left_out", "notes"} <= set(facts)
    assert set(facts["demands"]) == set(DEMANDS)
    assert facts["demands"]["full_cpu_s"]["met"] is None  # the field is too small to tell
    assert facts["demands"]["flatness"]["met"] in (True, False)
    for row in facts["others"]:
        assert {"key", "title", "does", "on", "cpu_s", "agrees", "counted"} == set(row)


def test_the_tables_say_all_of_it(found: tuple[Result, Path]) -> None:
    result = found[0]
    for heading, rows in words.tables(result):
        assert len(words.plain(heading, rows).splitlines()) == 1 + len(rows)
    notes = "\n".join(words.footnotes(result))
    assert "load of the machine" in notes
    assert "20 visits of 256 x 256 pixels" in notes


def test_a_demand_is_asked_only_of_a_field_that_is_large_enough() -> None:
    small = Result(512, 900, 20, costs_s=[2.0], flatness=1.0)
    full = Result(4096, 57_000, 20, costs_s=[2.0], flatness=1.3, gains=[1.6, 1.8, 1.9])
    assert small.verdicts()["full_cpu_s"] is None
    assert small.verdicts()["flatness"] is True
    assert full.verdicts()["full_cpu_s"] is False
    assert full.verdicts()["thread_gain"] is True
    assert full.verdicts()["flatness"] is False
    assert full.verdicts()["all_ratio"] is None  # nothing was compared


def test_the_figure_is_drawn(found: tuple[Result, Path], tmp_path: Path, qapp: object) -> None:
    from lightledger.app.extractionfigure import render_extraction

    png = render_extraction(found[0], tmp_path / "x.png")
    assert png.read_bytes().startswith(b"\x89PNG")


def test_cancel_removes_what_was_written(tmp_path: Path) -> None:
    control = Control()

    def stop(progress: object) -> None:
        if getattr(progress, "stage", "") == "measuring ours":
            control.cancel()

    with pytest.raises(Cancelled):
        run(TINY, QUICK, only=[], folder=tmp_path, control=control, report=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"only": ["photutil"]}, "did you mean photutils"),
        ({"folder": Path("/no/such/folder")}, "no such folder"),
    ],
)
def test_what_cannot_be_done_is_one_line(options: dict[str, object], said: str) -> None:
    with pytest.raises(LightledgerError, match=said):
        run(TINY, QUICK, **options)  # type: ignore[arg-type]


def test_programs_that_are_not_installed_are_left_out_by_name(tmp_path: Path) -> None:
    code = """
import sys
for name in ("astroscrappy", "photutils", "sep"):
    sys.modules[name] = None
from lightledger.bench.extraction.others import PROGRAMS
print({p.key: p.missing() for p in PROGRAMS})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.count("not installed") == 4, done.stderr
