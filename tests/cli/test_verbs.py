"""The verbs of the command, on a real store: keys, columns, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from ingested import lightledger

import lightledger as ll

#: Makes every import of Qt fail, as where it is not installed.
WITHOUT_QT = """
import sys
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('PySide6', 'pyqtgraph'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, NoQt())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name.split('.')[0] in (
    'PySide6', 'pyqtgraph') else found(name, *a)
from lightledger.__main__ import main
sys.exit(main())
"""


def without_qt(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_QT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_info_has_the_keys_that_scripts_rely_on(store: Path) -> None:
    done = lightledger("info", store, "--json")
    facts = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"objects", "bands", "file_bytes", "recipe", "problems"} <= set(facts)
    band = facts["bands"]["R"]
    assert {"visits", "first_mjd", "last_mjd", "record_bytes", "measurements"} <= set(band)
    assert band["visits"] == 6
    assert band["record_bytes"] == 64
    assert facts["file_bytes"] == store.stat().st_size
    assert "R_sci-aper_r3" in band["measurements"]


def test_show_prints_a_line_a_visit(store: Path) -> None:
    done = lightledger("show", store, "I1", "R_sci-aper_r3", "--from", "59000.203")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 + 5


def test_show_draws(store: Path, tmp_path: Path) -> None:
    png = tmp_path / "curve.png"
    done = lightledger("show", store, "I1", "R_sci-aper_r3", "--png", png)
    assert done.returncode == 0, done.stderr
    assert png.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("I1x", "R_sci-aper_r3"), "I1"),
        (("I1", "R_sci-aper_r33"), "R_sci-aper_r3"),
    ],
)
def test_a_typo_is_answered_with_what_is_near(
    store: Path, arguments: tuple[str, str], words: str
) -> None:
    done = lightledger("show", store, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_export_is_exactly_the_light_curve(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "lc.csv"
    done = lightledger(
        "export", store, "-o", table, "--objects", "I1,I2", "--measurements", "R_sci-aper_r3",
        "--corrected",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = Table.read(table, format="ascii.csv", comment="#")
    assert len(rows) == 12
    with ll.open(store) as field:
        curve = field.light_curve("I2", "R_sci-aper_r3", corrected=True)
    mine = rows[rows["object"] == "I2"]
    assert np.array_equal(mine["value"], curve.value)
    assert np.array_equal(mine["bjd_tdb"], curve.bjd_tdb)
    header = [line for line in table.read_text().splitlines() if line.startswith("#")]
    for key in ("store", "recipe", "software", "time scale", "flag"):
        assert any(key in line for line in header), key


def test_an_export_with_a_clip_holds_what_the_window_would_export(
    store: Path, tmp_path: Path
) -> None:
    from lightledger.analysis.masks import Filters
    from lightledger.analysis.running import Clip

    clip = Clip(1.5, 0.5, 3)
    with ll.open(store) as field:
        shown = field.export(tmp_path / "window.csv", filters=Filters(clip=clip))
    assert shown.hidden["clip"] > 0
    for name in ("a.csv", "a.parquet"):
        done = lightledger(
            "export", store, "-o", tmp_path / name,
            "--clip", 1.5, "--clip-window", 0.5, "--clip-times", 3,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert f": {shown.n_rows:,} " in done.stderr
        assert f"{shown.hidden['clip']:,} clip" in done.stderr
        assert f"clipped at {clip.words()}" in done.stderr
    ours, window = ((tmp_path / name).read_text() for name in ("a.csv", "window.csv"))
    assert f"# filter, clip: {clip.words()}; a point stays where" in ours
    rows = [[line for line in text.splitlines() if not line.startswith("# written")]
            for text in (ours, window)]  # fmt: skip
    assert rows[0] == rows[1]
    for wrong in (("--clip-window", 3), ("--clip", -1), ("--clip", 3, "--clip-times", 0)):
        assert lightledger("export", store, "-o", tmp_path / "b.csv", *wrong).returncode != 0


def test_an_export_of_nothing_that_exists(store: Path, tmp_path: Path) -> None:
    done = lightledger("export", store, "-o", tmp_path / "a.csv", "--objects", "I999")
    assert done.returncode == 2
    assert "I999" in done.stderr
    assert not (tmp_path / "a.csv").exists()
    done = lightledger("export", store, "-o", tmp_path / "a.csv", "--drop-flags", "hot")
    assert done.returncode == 2
    assert "saturated" in done.stderr


def test_verify_names_what_is_damaged(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    content = bytearray(store.read_bytes())
    with ll.open(store) as field:
        place = field.reader.record_place("R_sci-aper_r3")
    content[place.offset + 64 * 4 + 3] ^= 0x10
    copy.write_bytes(content)
    assert lightledger("verify", store).returncode == 0
    done = lightledger("verify", copy)
    assert done.returncode == 1
    assert "I5" in done.stdout
    assert "R_sci-aper_r3" in done.stdout


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_text("hello")
    for verb in ("info", "verify"):
        done = lightledger(verb, tmp_path / "a.h5")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "a.h5" in done.stderr


def test_wrong_command_lines_are_one_line() -> None:
    for arguments in (["ingest"], ["info", "--nonsense"], ["nonsense"]):
        done = lightledger(*arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1


def test_doctor_finds_this_installation_whole() -> None:
    done = lightledger("doctor")
    assert done.returncode == 0, done.stdout
    assert "PySide6" in done.stdout


def test_without_qt_everything_but_the_window_works(store: Path, tmp_path: Path) -> None:
    assert without_qt("info", store).returncode == 0
    assert without_qt("show", store, "I1", "R_sci-aper_r3").returncode == 0
    for arguments in (
        [store],
        ["show", store, "I1", "R_sci-aper_r3", "--png", tmp_path / "a.png"],
    ):
        done = without_qt(*arguments)
        assert done.returncode == 2
        assert "PySide6" in done.stderr
        assert "pip install" in done.stderr
    done = without_qt("doctor")
    assert done.returncode == 1
    assert "MISSING" in done.stdout


def test_machine_output_alone_on_standard_output(store: Path, tmp_path: Path) -> None:
    night = store.parent / "night"
    done = lightledger("ingest", night, "-o", tmp_path / "b.h5", "--json")
    report = json.loads(done.stdout)
    assert report["files_found"] == report["files_used"] == 6
    assert "6 visits" in done.stderr


def test_the_version_is_told(store: Path) -> None:
    done = lightledger("--version")
    assert (done.returncode, done.stdout) == (0, f"lightledger {ll.__version__}\n")


@pytest.mark.parametrize("lines", [1, 0])
def test_a_reader_that_goes_away_is_no_problem(store: Path, lines: int) -> None:
    """As with ``| head -1``, also where all output still waits at the end."""
    command = [sys.executable, "-m", "lightledger", "info", str(store), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        for _ in range(lines):
            run.stdout.readline()
        run.stdout.close()
        said = run.stderr.read()
    assert (run.returncode, said) == (0, b"")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="screens are told of on Linux")
def test_a_window_without_a_screen_is_one_line(store: Path) -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-m", "lightledger", str(store)],
        env=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no screen" in done.stderr
    assert done.stderr.count("\n") == 1
