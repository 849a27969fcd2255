"""Positions that a person adds, and when the reference of a store is used again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.synthetic import Series

import lightledger as ll
from lightledger.domain import LightledgerError, Recipe
from lightledger.ingest.events import IngestReport
from lightledger.ingest.frozen import thaw
from lightledger.ingest.plan import make_plan
from lightledger.ingest.request import IngestRequest, parse_targets
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter
from lightledger.store.reader import StoreReader

#: Where no star of the field is.
EMPTY = "new=60,48 px"


def ingest(frames: Path, store: Path, *targets: str, **request: object) -> IngestReport:
    asked = tuple(one for text in targets for one in parse_targets(text))
    plan = make_plan(IngestRequest((frames,), store, targets=asked, **request))  # type: ignore[arg-type]
    with ThreadSubmitter(1) as submitter:
        return run(plan, submitter)


def said(report: IngestReport) -> str:
    return " | ".join(problem.what for problem in report.problems)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    Series(n_visit=4, apart_px=14, n_star=12).write(folder)
    return folder


@pytest.fixture
def store(frames: Path, tmp_path: Path) -> Path:
    ingest(frames, tmp_path / "field.h5")
    return tmp_path / "field.h5"


def values(path: Path) -> dict[str, np.ndarray]:
    with StoreReader(path) as store:
        name = store.measurements()[0]
        value = np.array(store.planes(name)[0])
        return dict(zip((str(i) for i in store.object_ids), value, strict=True))


def test_a_position_added_to_a_store_is_measured_in_all_visits(frames: Path, store: Path) -> None:
    before, reference = values(store), thaw(store)
    report = ingest(frames, store, EMPTY)
    assert "all visits measured again: new" in said(report)
    after, extended = values(store), thaw(store)
    assert list(after) == [*before, "new"]
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value)
    assert np.isfinite(after["new"]).all()
    np.testing.assert_array_equal(extended.segmentation, reference.segmentation)
    for name, column in reference.objects.items():
        np.testing.assert_array_equal(extended.objects[name][:-1], column, err_msg=name)
    with ll.open(store) as field:
        assert "new" in field.recipe.presenting.target
    assert ingest(frames, store, EMPTY).up_to_date
    # and visits added later are measured there too
    Series(n_visit=6, apart_px=14, n_star=12).write(frames.parent / "more", first=4)
    ingest(frames.parent / "more", store)
    assert values(store)["new"].size == 6


def test_a_target_that_is_an_object_needs_no_measuring(frames: Path, store: Path) -> None:
    x, y, _ = Series(n_visit=4, apart_px=14, n_star=12).stars()
    before = values(store)
    report = ingest(frames, store, f"mine={x[0]},{y[0]} px")
    assert report.visits_measured == 0
    assert list(values(store)) == list(before)
    with ll.open(store) as field:
        assert len(field.recipe.presenting.target) == 1


def test_frames_that_are_missing_are_counted(frames: Path, store: Path) -> None:
    path = sorted(frames.iterdir())[0]
    away = path.rename(frames.parent / path.name)
    try:
        with pytest.raises(LightledgerError, match=r"all 4 visits.*frames of 1 are not"):
            ingest(frames, store, EMPTY)
    finally:
        away.rename(path)


def test_targets_from_a_file(frames: Path, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("id,x,y\nfirst,60,48\nsecond,30.5,20.25\n")
    first, second = parse_targets(str(table))
    assert (first.name, first.x, second.y) == ("first", 60.0, 20.25)
    sky = tmp_path / "mine.ecsv"
    sky.write_text(
        "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: name, datatype: string}\n"
        "# - {name: ra, unit: deg, datatype: float64}\n"
        "# - {name: dec, unit: deg, datatype: float64}\nname ra dec\nSN 120.0 30.001\n"
    )
    (one,) = parse_targets(str(sky))
    assert (one.name, one.dec_deg) == ("SN", 30.001)
    with pytest.raises(LightledgerError, match="not a position"):
        parse_targets("nowhere")


def test_targets_outside_or_with_taken_names(frames: Path, store: Path) -> None:
    with pytest.raises(LightledgerError, match="outside the field"):
        ingest(frames, store, "far=5000,10 px")
    ingest(frames, store, "I1=60,48 px")
    assert list(values(store))[-1] == "I1_target"


def test_measuring_anew_uses_the_reference_of_the_store(frames: Path, store: Path) -> None:
    before = thaw(store)
    report = ingest(frames, store, remeasure=True)
    assert "reference of the store is used again" in said(report)
    after = thaw(store)
    assert after.key == before.key
    np.testing.assert_array_equal(after.coadd, before.coadd)
    recipe = Recipe().with_measuring(detection_sigma=8.0)
    report = ingest(frames, store, remeasure=True, recipe=recipe)
    assert "reference is made anew" in said(report)
    assert thaw(store).key != before.key


def test_measuring_anew_with_other_radii_keeps_what_was_added(frames: Path, store: Path) -> None:
    ingest(frames, store, EMPTY)
    recipe = Recipe().with_measuring(radii_px=(4.5,))
    report = ingest(frames, store, EMPTY, remeasure=True, recipe=recipe)
    assert "used again" in said(report)
    assert list(values(store))[-1] == "new"
    report = ingest(frames, store, remeasure=True, recipe=recipe)
    assert "made anew" in said(report)
    assert "new" not in values(store)


def test_a_store_of_an_older_version_gets_shapes_from_its_coadd(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = thaw(store)
    whole = StoreReader.reference

    def older(self: StoreReader) -> dict[str, np.ndarray]:
        kept = ("coadd", "stars_x", "stars_y")
        return {name: array for name, array in whole(self).items() if name in kept}

    monkeypatch.setattr(StoreReader, "reference", older)
    again = thaw(store)
    for name in ("flat", "noise"):
        np.testing.assert_allclose(getattr(again, name), getattr(now, name), rtol=0.3, atol=5)
    labelled = now.segmentation > 0
    assert (again.segmentation > 0)[labelled].mean() > 0.8
    np.testing.assert_allclose(again.objects["kron_radius"], now.objects["kron_radius"])
