"""Making the demo: repeatable, cancellable, harmless to what it did not make."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lightledger.demo import read_truth
from lightledger.demo.make import DemoField, make_demo
from lightledger.domain.errors import Cancelled, LightledgerError
from lightledger.domain.progress import Control, Progress


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(dark_field: DemoField, tmp_path: Path) -> None:
    again = make_demo(tmp_path / "again")
    assert digest(again.folder) == digest(dark_field.folder)


def test_the_staring_night_repeats_and_another_seed_differs(
    night: DemoField, tmp_path: Path
) -> None:
    assert digest(make_demo(tmp_path / "a", staring=True).frames) == digest(night.frames)
    other = make_demo(tmp_path / "b", staring=True, seed=5)
    assert digest(other.frames) != digest(night.frames)


def test_a_complete_field_is_left_alone_and_a_damaged_one_made_anew(tmp_path: Path) -> None:
    first = make_demo(tmp_path, staring=True)
    before = digest(tmp_path)
    second = make_demo(tmp_path, staring=True)
    assert first.made
    assert not second.made
    assert second.n_bytes == first.n_bytes
    next(first.frames.glob("*0100.fits")).unlink()
    third = make_demo(tmp_path, staring=True)
    assert third.made
    assert digest(tmp_path) == before


def test_progress_adds_up_and_cancel_can_be_resumed(tmp_path: Path) -> None:
    control, seen = Control(), []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 10:
            control.cancel()

    with pytest.raises(Cancelled):
        make_demo(tmp_path, staring=True, control=control, report=report)
    assert [p.done for p in seen] == list(range(11))
    assert not read_truth(tmp_path / "staring_truth.csv")
    done: list[Progress] = []
    field = make_demo(tmp_path, staring=True, report=done.append)
    assert field.made
    assert done[-1].done == done[-1].total == field.n_visit


def test_frames_of_somebody_else_are_never_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "per_aor" / "IDF_gr1_ch1_sci.fits"
    own.parent.mkdir()
    own.write_bytes(b"a night's work")
    with pytest.raises(LightledgerError, match="was not made by the demo"):
        make_demo(tmp_path)
    assert own.read_bytes() == b"a night's work"
    assert [p.name for p in tmp_path.iterdir()] == ["per_aor"]


def test_a_truth_file_of_somebody_else_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("the truth\n")
    with pytest.raises(LightledgerError, match="was not made by the demo"):
        make_demo(tmp_path)
    assert (tmp_path / "truth.csv").read_text() == "the truth\n"


def test_a_target_that_cannot_be_a_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LightledgerError) as caught:
        make_demo(tmp_path / "file")
    assert str(tmp_path / "file") in str(caught.value)
    assert "\n" not in str(caught.value)
