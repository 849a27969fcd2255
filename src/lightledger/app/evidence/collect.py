"""From an open session to evidence: the records of one object, read now; those of all, before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis import evidence
from lightledger.analysis.epochs import Epochs, pairs
from lightledger.analysis.evidence import Answer, Mark
from lightledger.analysis.excess import excess_width, well_measured
from lightledger.analysis.masks import passes
from lightledger.app.curves import unit_text
from lightledger.domain import DEFAULT_MASK, Flag, LightCurve, LightledgerError, parse_measurement
from lightledger.domain.visits import VISIT_COLUMN

from .rules import RULES

if TYPE_CHECKING:
    from lightledger.app.session import Session
    from lightledger.library import Field

#: Of the visit table, and what else the brightness is held against; with their words and units.
QUANTITIES = {
    "coverage": ("coverage", ""),
    "position_angle_deg": ("position angle", "°"),
    "fwhm_px": ("FWHM", "px"),
    "airmass": ("airmass", ""),
    "x": ("x", "px"),
    "y": ("y", "px"),
    "zero_point": ("zero point", ""),
}
ANGLES = frozenset({"position_angle_deg"})
_SUSPECT = np.uint16(Flag.SATURATED | Flag.LOW_COVERAGE | Flag.TRUNCATED)


@dataclass(frozen=True)
class EvidencePlot:
    """What a click on a chip shows: two numbers of each visit, the suspect ones marked."""

    x: np.ndarray
    y: np.ndarray
    titles: tuple[str, str]
    strong: np.ndarray
    level: bool = False


@dataclass(frozen=True)
class Evidence:
    """One chip.

    Attributes
    ----------
    key, title, short : str
        ``short`` where there is little room.
    answer : Answer
    rule : str
        How it is decided, with thresholds.
    plot : EvidencePlot or None
    """

    key: str
    title: str
    short: str
    answer: Answer
    rule: str
    plot: EvidencePlot | None = None


@dataclass(frozen=True)
class Known:
    """Of all objects: excess in each measurement of a band, and its width in the current one."""

    measurement: str
    corrected: bool
    excess: Mapping[str, np.ndarray]
    width: np.ndarray

    def of(self, measurement: str, index: int) -> float:
        column = self.excess.get(measurement)
        return float(column[index]) if column is not None else float("nan")


def prepare(field: Field, measurement: str, corrected: bool) -> Known:
    """Read what is needed of all objects; for a worker."""
    band = parse_measurement(measurement).band
    excess = {}
    for name in field.measurements:
        if parse_measurement(name).band == band:
            excess[name] = np.asarray(field.statistics(name, corrected)["excess"], np.float64)
    stats = field.statistics(measurement, corrected)
    constant = well_measured(dict(stats), field.n_visit(measurement), field.blended)
    return Known(measurement, corrected, excess, excess_width(stats, constant))


class Collector:
    """Evidence of the current object; keeps what does not change while leafing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pairs: dict[tuple[str, str], np.ndarray] = {}

    def collect(self, known: Known | None) -> list[Evidence]:
        """All chips of the object; ``known`` None: what rests on all objects is not known yet.

        Raises
        ------
        LightledgerError
            A record cannot be read.
        """
        session = self._session
        name = session.measurement
        if not name or not session.n_object:
            return []
        lc, deviation = self._curve(name)
        return [
            each
            for each in (
                self._bands(name, lc, deviation, known),
                self._measurements(name, lc, deviation, known),
                self._clean(name, lc, known),
                self._extremes(lc, deviation, known),
                self._correlation(name, deviation),
                self._neighbourhood(lc, deviation),
            )
            if each is not None
        ]

    # -- read

    def _curve(self, name: str) -> tuple[LightCurve, np.ndarray]:
        """A light curve, and its relative deviations where it passes the filters."""
        session = self._session
        lc = session.field.light_curve(session.index, name, corrected=session.display.corrected)
        keep = passes(lc, session.filters()).keep
        setup = session.visits(parse_measurement(name).band).get("setup", np.zeros(len(lc)))
        return lc, evidence.settled(lc.value, setup, keep)

    def _pairs_of(self, one: str, other: str) -> np.ndarray:
        key = (one, other)
        if key not in self._pairs:
            mine, theirs = (Epochs.of(self._session.visits(band)) for band in key)
            self._pairs[key] = pairs(mine, theirs)
        return self._pairs[key]

    # -- chips

    def _bands(
        self, name: str, lc: LightCurve, deviation: np.ndarray, known: Known | None
    ) -> Evidence | None:
        session, here = self._session, parse_measurement(name)
        others = [band for band in session.field.bands if band != here.band]
        likes = [str(here._replace(band=band)) for band in others]
        likes = [like for like in likes if like in session.field.measurements]
        if not likes:
            return None
        by_pairs = {like: self._pairs_of(here.band, parse_measurement(like).band) for like in likes}
        like = max(likes, key=lambda each: len(by_pairs[each]))
        there, other = self._curve(like)
        place = by_pairs[like]
        a, b = deviation[place[:, 0]], other[place[:, 1]]
        both = np.isfinite(a) & np.isfinite(b)
        excess = known.of(name, session.index) if known is not None else float("nan")
        answer = evidence.bands_agree(
            a[both], b[both], _typical(lc, deviation), _typical(there, other), excess
        )
        rule = RULES["bands"]
        titles = (f"{name}, relative", f"{like}, relative")
        plot = EvidencePlot(a, b, titles, both, level=True)
        return Evidence("bands", "bands agree", "bands", answer, rule, plot)

    def _measurements(
        self, name: str, lc: LightCurve, deviation: np.ndarray, known: Known | None
    ) -> Evidence | None:
        rule = RULES["measurements"]
        title, short = "measurements agree", "methods"
        if known is None:
            return Evidence("measurements", title, short, _WAITING, rule)
        index = self._session.index
        others = {n: known.of(n, index) for n in known.excess if n != name}
        if not others:
            return None
        answer = evidence.measurements_agree(known.of(name, index), others)
        finite = {n: e for n, e in others.items() if np.isfinite(e)}
        plot = None
        if finite:
            here = known.of(name, index)
            furthest = max(finite, key=lambda n: abs(finite[n] - here))
            _, other = self._curve(furthest)
            both = np.isfinite(deviation) & np.isfinite(other)
            titles = (f"{name}, relative", f"{furthest}, relative")
            plot = EvidencePlot(deviation, other, titles, both, level=True)
        return Evidence("measurements", title, short, answer, rule, plot)

    def _clean(self, name: str, lc: LightCurve, known: Known | None) -> Evidence | None:
        here = parse_measurement(name)
        image = {"sci": "clean", "clean": "sci"}.get(here.image, "")
        like = str(here._replace(image=image))
        if not image or like not in self._session.field.measurements:
            return None
        other, _ = self._curve(like)
        mask = np.uint16(DEFAULT_MASK & ~int(Flag.COSMIC_RAY))  # what cleaning is about
        both = np.isfinite(lc.value) & np.isfinite(other.value) & ((lc.flags & mask) == 0)
        index = self._session.index
        excess = {n: known.of(n, index) if known else float("nan") for n in (name, like)}
        sci, clean = (lc, other) if here.image == "sci" else (other, lc)
        answer = evidence.clean_agrees(
            sci.value[both], clean.value[both], sci.error[both],
            excess[sci.measurement], excess[clean.measurement],
        )  # fmt: skip
        unit = _brackets(lc)
        titles = (f"{here.method}, as observed{unit}", f"{here.method}, cleaned{unit}")
        plot = EvidencePlot(sci.value, clean.value, titles, both, level=True)
        return Evidence("clean", "sci = clean", "clean", answer, RULES["clean"], plot)

    def _extremes(self, lc: LightCurve, deviation: np.ndarray, known: Known | None) -> Evidence:
        rule = RULES["extremes"]
        key, title, short = "extremes", "without 3 extremes", "extremes"
        (rows,) = np.nonzero(np.isfinite(deviation))
        if known is None:
            return Evidence(key, title, short, _WAITING, rule)
        index = self._session.index
        answer, extreme = evidence.without_extremes(
            deviation[rows], known.of(known.measurement, index), float(known.width[index])
        )
        rest = np.isfinite(deviation)
        rest[rows[extreme]] = False
        plot = EvidencePlot(lc.time, deviation, ("MJD (UTC)", "relative"), rest)
        return Evidence(key, title, short, answer, rule, plot)

    def _correlation(self, name: str, deviation: np.ndarray) -> Evidence:
        quantities = self._quantities(name)
        answer = evidence.strongest_correlation(deviation, quantities, ANGLES)
        tried = ", ".join(QUANTITIES[key][0] for key in quantities)
        rule = RULES["correlation"].format(tried=tried or "what is known of the visits")
        words, unit = QUANTITIES.get(answer.subject, ("correlations", ""))
        plot = None
        if answer.subject:
            values = quantities[answer.subject]
            title = f"{words} [{unit}]" if unit else words
            known = np.isfinite(values) & np.isfinite(deviation)
            plot = EvidencePlot(values, deviation, (title, f"{name}, relative"), known)
        return Evidence("correlation", words, words, answer, rule, plot)

    def _quantities(self, name: str) -> dict[str, np.ndarray]:
        session, band = self._session, parse_measurement(name).band
        table = session.field.visits(band, name)
        found = {
            key: np.asarray(table[key], np.float64)
            for key in QUANTITIES
            if key in table and (key in VISIT_COLUMN or key == "zero_point")
        }
        places = {"coverage": "cov-mean", "x": "place-x", "y": "place-y"}
        for key, place in places.items():
            if f"{band}_{place}" in session.field.places:
                try:
                    curve = session.field.light_curve(session.index, f"{band}_{place}")
                except LightledgerError:
                    continue
                found[key] = np.asarray(curve.value, np.float64)
        return {key: found[key] for key in QUANTITIES if np.isfinite(found.get(key, np.nan)).any()}

    def _neighbourhood(self, lc: LightCurve, deviation: np.ndarray) -> Evidence:
        field, index = self._session.field, self._session.index
        seen = (lc.flags & np.uint16(Flag.OUTSIDE | Flag.NO_COVERAGE)) == 0
        seen &= self._session.filters().time.contains(lc.time)
        edge = (lc.flags & np.uint16(Flag.LOW_COVERAGE | Flag.TRUNCATED)) != 0
        saturated = (lc.flags & np.uint16(Flag.SATURATED)) != 0
        blended = bool(field.blended[index]) if "blended" in field.objects else None
        n_seen, n_saturated, n_edge = (
            int(np.count_nonzero(part)) for part in (seen, seen & saturated, seen & edge)
        )
        answer = evidence.neighbourhood(n_seen, n_saturated, n_edge, blended)
        clear = seen & ((lc.flags & _SUSPECT) == 0)
        titles = ("MJD (UTC)", f"flux{_brackets(lc)}")
        plot = EvidencePlot(lc.time, np.where(seen, lc.value, np.nan), titles, clear)
        return Evidence("blend", "saturation, blend, edge", "blend", answer, RULES["blend"], plot)


_WAITING = Answer(Mark.UNKNOWN, "", "reading the numbers of all objects")


def _brackets(lc: LightCurve) -> str:
    """The unit behind an axis' name."""
    return f" [{unit_text(lc.unit)}]" if lc.unit else ""


def _typical(lc: LightCurve, deviation: np.ndarray) -> float:
    """Median relative error of the points that count, rescaled where that is known."""
    good = np.isfinite(deviation)
    if not good.any():
        return float("nan")
    error = lc.rescaled_error
    error = np.where(np.isfinite(error), error, lc.error)[good]
    middle = float(np.median(lc.value[good]))
    return float(np.nanmedian(error)) / middle if middle > 0 else float("nan")
