"""Light curves of files into a store of their own, by the way that every store is published."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Presenting,
    Problem,
    Recipe,
    Report,
    counted,
    silent,
)
from lightledger.ingest.importing import nobody_elses
from lightledger.ingest.reduce import Reduction
from lightledger.store.publish import PublishReport, publish

from .gathering import Readings, read_all
from .options import ImportOptions
from .past import LightCurvePast


@dataclass(frozen=True)
class Imported:
    """What `import_light_curves` did: the store, and what was refused or noted."""

    published: PublishReport
    problems: tuple[Problem, ...]
    n_point: int
    n_file: int


def import_light_curves(
    paths: Sequence[Path],
    output: Path,
    options: ImportOptions | None = None,
    control: Control | None = None,
    report: Report = silent,
) -> Imported:
    """Publish light curves of files as a store.

    Files of one object (quarters, sectors, bands) join by its name. Visits are the union of all
    times of a band (`lightledger.ingest.lightcurves.slots`); where an object has no point the
    record is nan and `Flag.NO_COVERAGE`.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders that are searched through.
    output : Path
        Must not exist.
    options : ImportOptions

    Raises
    ------
    LightledgerError
        ``output`` exists; nothing in the files is a light curve; the store would be too large.
    Cancelled
        Nothing is left behind.
    """
    if output.exists():
        raise LightledgerError("exists already", output, "choose another output")
    options = options or ImportOptions()
    readings = read_all(paths, options, control, report)
    if not readings.series:
        first = readings.refused[0]
        if len(readings.refused) == 1:
            raise LightledgerError(first.what, _full(paths, first.file), first.advice)
        raise LightledgerError(
            f"none of {readings.n_file} files is a light curve ({first.file}: {first.what})",
            paths[0],
            first.advice,
        )
    past = LightCurvePast(output, readings.series)
    if past.n_bytes > options.most_bytes:
        n = max(past.n_visit(band) for band in past.bands)
        raise LightledgerError(
            f"{counted(len(past.object_ids), 'object')} with {n:,} times together make a store of "
            f"{past.n_bytes / 1e9:.1f} GB, most of it empty",
            output,
            "import fewer objects at a time, or allow more with --most-gb",
        )
    problems = [*readings.problems, *_repeated(past)]
    # Whoever measured them has corrected them, and such objects are no constant stars.
    recipe = Recipe(presenting=Presenting(corrected="off", suggested=past.suggested()))
    attributes = {name: past.attributes(name) for name in past.measurements()}
    with nobody_elses(output):
        published = publish(
            output,
            staged=[],
            previous=past,
            objects=past.objects,
            object_units={"ra": "deg", "dec": "deg", "x": "pix", "y": "pix", "mag": "mag"},
            recipe=recipe,
            problems=problems,
            band_original=past.band_original,
            extra_attributes=_store_attributes(past, readings),
            reduce=Reduction.of_objects(past.objects, recipe, attributes, choose=False),
            control=control,
            report=report,
        )
    n_point = sum(len(one) for one in readings.series)
    return Imported(published, tuple(problems), n_point, readings.n_file)


def _full(paths: Sequence[Path], name: str) -> Path | str:
    return next((path for path in paths if path.name == name), name)


def _repeated(past: LightCurvePast) -> list[Problem]:
    return [
        Problem(
            f"{slots.n_repeated} points have the object, measurement and time of another one: "
            "kept as visits of their own",
            severity="note",
            band=band,
        )
        for band, slots in past.slots.items()
        if slots.n_repeated
    ]


def _store_attributes(past: LightCurvePast, readings: Readings) -> dict[str, str | float]:
    """Of the file: name and centre of the field, the clocks of what was imported."""
    ra, dec = past.objects["ra"], past.objects["dec"]
    known = np.isfinite(ra) & np.isfinite(dec)
    one = len(past.object_ids) == 1
    clocks = Counter(one.clock.name for one in readings.series)
    centre = (
        (float(ra[known][0]), float(dec[known][0])) if one and known.any() else _centre(ra, dec)
    )
    return {
        "field": past.object_ids[0] if one else "imported light curves",
        "field_ra_deg": centre[0],
        "field_dec_deg": centre[1],
        "sky": "wcs" if known.any() else "none",
        "reference": f"light curves of {readings.n_file} files",
        "imported_times": ", ".join(clocks),
    }


def _centre(ra: np.ndarray, dec: np.ndarray) -> tuple[float, float]:
    """Of those that have a position; nan when no two are near each other or none is known."""
    known = np.isfinite(ra) & np.isfinite(dec)
    if not known.any():
        return math.nan, math.nan
    a, d = np.radians(ra[known]), np.radians(dec[known])
    x, y, z = (np.cos(d) * np.cos(a)).mean(), (np.cos(d) * np.sin(a)).mean(), np.sin(d).mean()
    return math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))
