"""Files that break readers: each is used or refused with one line; nothing is silently dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ingested import Ingested

from lightledger import cli

pytestmark = pytest.mark.real

KNOWN_GOOD = ("good_reference.fits", "plain.fits.gz", "float64.fits", "mef_sci_err_dq.fits")


def nothing(*arguments: object) -> int:
    raise AssertionError("no verb here opens a window")


@pytest.mark.timeout(600)
def test_every_file_alone(
    real_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    figures = cli.Figures(*[nothing] * 7)  # type: ignore[arg-type]
    files = [p for p in sorted((real_data / "nasty_fits").rglob("*")) if p.is_file()]
    assert len(files) > 90
    for number, path in enumerate(files):
        store = tmp_path / f"{number}.h5"
        code = cli.run(["ingest", str(path), "-o", str(store)], figures)
        said = capfd.readouterr().err
        assert code in (0, 1, 2), path
        assert "fault of the program" not in said, (path, said)
        assert "Traceback" not in said, (path, said)
        assert store.exists() is (code != 2), path
        if code == 2:
            refusal = [line for line in said.splitlines() if line.startswith("lightledger: ")]
            assert len(refusal) == 1, (path, said)
            assert len(refusal[0]) < 600
        if path.name in KNOWN_GOOD:
            assert code in (0, 1), (path, said)


def test_the_whole_folder(ingested: Callable[[str], Ingested]) -> None:
    done = ingested("nasty_fits")
    report = done.report
    counted = report["files_used"] + report["files_left_out"] + report["files_refused"]
    assert report["files_found"] == counted
    refused = {p["file"] for p in report["problems"] if p["severity"] == "refused"}
    assert len(refused) >= report["files_refused"]
    for name in ("empty.fits", "html_error_page.fits", "naxis1_lies.fits", "truncated_data.fits"):
        assert any(file.endswith(name) for file in refused)
    assert done.exit_code == 1
