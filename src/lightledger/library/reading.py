"""What an open store and its journal say: light curves, visits, zero points."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.domain import Calibration, Flag, LightledgerError, ZeroPoints, parse_measurement

from .barycentre import Barycentre
from .calibrations import Calibrations
from .contents import Contents
from .ensembles import Ensembles
from .journal import Journal
from .lightcurve import LightCurve
from .places import place_curve
from .rejections import Rejections
from .words import Words


class Reading(Contents):
    """An open store, the journal beside it, and every light curve; `Field` is what people use.

    See `Field` for parameters, attributes and errors.
    """

    def __init__(self, path: Path | str, person: str = "") -> None:
        super().__init__(path)
        try:
            self.journal = Journal(Path(path), self.reader.uuid, person)
            self.rejections = Rejections(self.reader, self.journal)
            self._ensembles = Ensembles(self.reader, self.journal, self.rejections)
            self.words = Words(self.journal, self.rejections, self.reader.n_object)
            self._visits: dict[str, dict[str, np.ndarray]] = {}
            self._barycentre = Barycentre(self.reader)
            self._suggested: dict[str, str] = {}
            self._calibrations = Calibrations(self.reader, self.visits)
        except BaseException:
            self.reader.close()
            raise

    # ---- visits

    def visits(self, band: str, measurement: str = "") -> dict[str, np.ndarray]:
        """The visit table of a band, in order of time (`lightledger.domain.visits`).

        With a measurement of that band also what differs between measurements: ``zero_point`` (the
        ensemble's factor), ``zero_point_error``, ``n_comparison``, ``noise_factor``.

        Raises
        ------
        LightledgerError
            No such band or measurement, or one of another band.
        """
        if band not in self._visits:
            self._visits[band] = self.reader.visits(band)
        table = self._visits[band]
        if not measurement:
            return table
        zero, noise = self.zero_points(measurement), self.noise_factor(measurement)
        if parse_measurement(measurement).band != band:
            raise LightledgerError(f"{measurement} is not a measurement of band {band}", self.path)
        return table | {
            "zero_point": zero.factor,
            "zero_point_error": zero.error,
            "n_comparison": zero.n_star,
            "noise_factor": np.full(zero.factor.size, np.nan) if noise is None else noise,
        }

    # ---- light curves

    def light_curve(
        self, object: str | int, measurement: str, corrected: bool = False
    ) -> LightCurve:
        """One light curve, one slot per visit, in order of time.

        Parameters
        ----------
        object : str or int
            Id, or row in the catalogue.
        measurement : str
            Full name, such as ``ch1_sci-aper_r3``; or one of `places`.
        corrected : bool
            Divide by the ensemble zero points, never including the object itself; their error
            is added in quadrature.

        Returns
        -------
        LightCurve
            Flags carry `Flag.REJECTED` where the journal rejects. ``bjd_tdb`` is of the object's
            own position, else of the field's centre (up to 0.15 s per arcminute of distance
            off), else nan.

        Raises
        ------
        LightledgerError
            No such object or measurement, naming near ones.
        """
        index = self._row(object)
        value, error, flags = self._record(index, measurement)
        corrected = corrected and measurement not in self.places
        if corrected:
            value, error = self.zero_points(measurement).apply(index, value, error, flags)
        band = parse_measurement(measurement).band
        visits = self.visits(band)
        calibration = self.calibration(measurement)
        return LightCurve(
            object=self.object_ids[index],
            measurement=measurement,
            time=visits["mjd_utc_mid"],
            bjd_tdb=self._barycentre.times(
                band, float(self.ra_deg[index]), float(self.dec_deg[index])
            ),
            value=value,
            error=error,
            flags=flags,
            visit=visits["visit"],
            unit=self.unit(measurement),
            corrected=corrected,
            ra_deg=float(self.ra_deg[index]),
            dec_deg=float(self.dec_deg[index]),
            noise_factor=self.noise_factor(measurement),
            aperture_correction=calibration.correction,
            calibration=calibration,
        )

    def calibration(self, measurement: str) -> Calibration:
        """Magnitude systems of a measurement, and what corrects its apertures."""
        return self._calibrations.of(measurement)

    def noise_factor(self, measurement: str) -> np.ndarray | None:
        """Scatter of empty apertures over their formal error in each visit.

        Returns
        -------
        ndarray of float64, shape (n_visit,), or None
            nan in visits where it is not known; None where it is known in none.
        """
        return self._calibrations.noise_factor(measurement)

    def _record(self, index: int, measurement: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if measurement in self.places:
            value, error, flags = place_curve(self.reader, measurement, index)
        else:
            value, error, flags = self.reader.light_curve(measurement, index)
        slots = self.rejections.slots(index, parse_measurement(measurement).band)
        if slots.size:
            flags = flags.copy()
            flags[slots] |= np.uint16(Flag.REJECTED)
        return value, error, flags

    # ---- many light curves

    def records(self, measurement: str) -> np.ndarray:
        """A whole measurement as stored: a read-only view of the file, nothing is copied.

        Returns
        -------
        ndarray of records, shape (n_object,)
            Fields ``value`` (f4), ``error`` (f4), ``flags`` (u2), each (n_visit,) a record;
            ``records["value"]`` is the strided (n_object, n_visit) view of all of them. In
            catalogue order and the order of `visits`, without what the journal rejects.

        Raises
        ------
        LightledgerError
            No such measurement, naming near ones.
        """
        return self.reader.records(measurement)

    def block(
        self, measurement: str, first: int = 0, last: int | None = None, corrected: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Light curves of the objects ``[first, last)``, without a Python loop over them.

        Parameters
        ----------
        measurement : str
        first, last : int
            Rows of the catalogue, as of a slice: negative ones count from the end.
        corrected : bool
            As of `light_curve`; float64 copies then, so take some thousand objects at a time.

        Returns
        -------
        value, error, flags : ndarray, shape (n, n_visit)
            Read-only views of the file (f4, f4, u2); flags are copied where the journal
            rejects any of their points.

        Raises
        ------
        LightledgerError
            No such measurement, naming near ones.
        """
        first, last, _ = slice(first, last).indices(self.n_object)
        value, error, flags = (plane[first:last] for plane in self.reader.planes(measurement))
        flags = self.rejections.mark(flags, first, last, parse_measurement(measurement).band)
        if corrected:
            from lightledger.analysis.correction import correct_rows

            value, error = correct_rows(self.zero_points(measurement), first, value, error, flags)
        return value, error, flags

    # ---- zero points

    def zero_points(self, measurement: str) -> ZeroPoints:
        """Zero points with the journal's comparison stars and rejected points, solved live."""
        if measurement in self.places:
            return ZeroPoints.none(self.n_visit(measurement))
        return self._ensembles.zero_points(measurement)

    def comparison(self, measurement: str) -> list[str]:
        """Ids of the comparison stars in use, the brightest first."""
        zero = self.zero_points(measurement)
        order = np.argsort(-zero.reference, kind="stable")
        return [self.object_ids[int(i)] for i in zero.member[order]]
