"""The range of times, typed: MJD or calendar dates, and what they mean said back."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import LightledgerError

from .session import Session
from .timelabels import parse_time, to_datetime
from .timerange import NARROWEST_D


def said_back(mjd: float) -> str:
    """A time in both ways.

    >>> said_back(53000.5)
    'MJD 53000.50000 = 2003-12-27 12:00:00 UTC'
    """
    return f"MJD {mjd:.5f} = {to_datetime(mjd):%Y-%m-%d %H:%M:%S} UTC"


class RangeDialog(QDialog):
    """Two ends; an empty one has no limit. The range changes when the dialog is accepted."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Range of times")
        self._session = session
        self.fields = [QLineEdit(), QLineEdit()]
        self.said = [QLabel(), QLabel()]
        self.counted = QLabel()
        grid = QGridLayout()
        grid.setColumnMinimumWidth(2, 330)
        for row, (name, end) in enumerate(zip(("From", "To"), session.times.filter, strict=True)):
            field, said = self.fields[row], self.said[row]
            field.setPlaceholderText("no limit")
            field.setAccessibleName(f"{name}: MJD or date")
            field.setToolTip(
                "An MJD (53000.5), a JD, or a date in UTC: 2004-01-31 12:30.\n"
                "BJD 2453001.2 or BMJD 53000.7 is TDB at the barycentre, for the selected object"
            )
            field.setMinimumWidth(180)
            field.setText(f"{end:.5f}" if math.isfinite(end) else "")
            field.textChanged.connect(self._follow)
            label = QLabel(name)
            label.setBuddy(field)
            said.setProperty("muted", True)
            for column, widget in enumerate((label, field, said)):
                grid.addWidget(widget, row, column)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(16)
        lines.addLayout(grid)
        lines.addWidget(self.counted)
        lines.addWidget(buttons)
        self._follow()

    def ends(self) -> tuple[float, float]:
        """The typed ends, MJD (UTC); infinite where there is none.

        Raises
        ------
        LightledgerError
            One of them is no time.
        """
        low, high = (field.text().strip() for field in self.fields)
        return (self._time(low) if low else -math.inf, self._time(high) if high else math.inf)

    def _time(self, text: str) -> float:
        """MJD (UTC) of what is typed; light from the selected object comes later or earlier."""
        scale, _, number = text.partition(" ")
        if scale.upper() not in ("BJD", "BMJD"):
            return parse_time(text)
        there = parse_time(number)
        session = self._session
        times, x = np.empty(0), np.empty(0)
        if session.measurement:
            lc = session.curve(session.measurement).lc
            times, x = lc.time, lc.bjd_tdb - 2_400_000.5
        known = np.isfinite(x)
        if not known.any():
            raise LightledgerError(
                "barycentric times are not known", advice="not known here: type an MJD or a date"
            )
        return there - float(np.interp(there, x[known], (x - times)[known]))

    def _follow(self) -> None:
        """Say back what is typed, and how many visits it is."""
        for field, said in zip(self.fields, self.said, strict=True):
            text = field.text().strip()
            try:
                said.setText(said_back(self._time(text)) if text else "no limit")
            except LightledgerError as error:
                said.setText(error.advice)
            except (OverflowError, ValueError):
                said.setText("no date of the calendar")
        try:
            low, high = self.ends()
        except LightledgerError:
            self.ok.setEnabled(False)
            return
        bands = self._session.field.bands
        times = np.concatenate([self._session.visits(band)["mjd_utc_mid"] for band in bands])
        n = int(np.count_nonzero((times >= low) & (times <= high)))
        self.counted.setText(f"{n:,} of {times.size:,} visits, all bands")
        self.ok.setEnabled(high - low >= NARROWEST_D)

    def accept(self) -> None:
        """Make it the range, and zoom to it."""
        self._session.times.set_filter(*self.ends())
        self._session.times.show_filter()
        super().accept()
