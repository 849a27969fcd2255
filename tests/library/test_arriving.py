"""Rows of a table from elsewhere are the objects that they are, and no others."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from lightledger.domain import LightledgerError
from lightledger.frames.tables import Column, Table
from lightledger.library.arriving import match_table, nearest

ARCSEC = 1 / 3600


@pytest.fixture
def field() -> SimpleNamespace:
    """Four objects; the last one has no position."""
    return SimpleNamespace(
        object_ids=("I1", "I2", "I3", "I4"),
        ra_deg=np.array([10.0, 10.0, 359.9999, np.nan]),
        dec_deg=np.array([80.0, 80.01, 0.0, np.nan]),
    )


def table(**columns: list) -> Table:
    made = Table()
    for name, values in columns.items():
        array = np.array(values, object if isinstance(values[0], str) else np.float64)
        made.columns[name] = Column(array)
    return made


def test_ids_without_positions_are_believed(field) -> None:
    arrived = match_table(field, table(id=["I4", "x", "I1", "I1"]), 1)
    assert arrived.objects.tolist() == [3, -1, 0, 0]
    assert arrived.words(1) == "3 of 4 rows are objects here (2 different ones), by id"


def test_running_numbers_of_another_catalogue_are_not_ours(field) -> None:
    other = table(number=[1, 2, 3], ra=[10.0, 50.0, 10.0], dec=[80.01, 0.0, 80.0])
    arrived = match_table(field, other, 1)
    assert arrived.objects.tolist() == [1, -1, 0]
    assert arrived.n_by_id == 0
    assert arrived.words(1) == "2 of 3 rows are objects here, within 1 arcsec"


def test_the_radius_is_on_the_sky_at_the_pole_and_across_zero(field) -> None:
    across = 0.9 * ARCSEC / np.cos(np.radians(80))
    rows = table(ra=[10 + across, 10 + 1.2 * across, 0.0001], dec=[80.0, 80.0, 0.0])
    assert match_table(field, rows, 1).objects.tolist() == [0, -1, 2]
    assert match_table(field, rows, 0.5).objects.tolist() == [-1, -1, -1]


def test_a_mixture_says_how_many_by_which(field) -> None:
    rows = table(id=["I1", "y", "I4"], ra=[10.0, 10.0, 77.0], dec=[80.0, 80.01, 7.0])
    arrived = match_table(field, rows, 2)
    assert arrived.objects.tolist() == [0, 1, 3]  # of I4 no position contradicts
    assert arrived.words(2) == "3 of 3 rows are objects here, 2 by id, 1 within 2 arcsec"


def test_a_table_of_something_else_is_refused(field) -> None:
    with pytest.raises(LightledgerError, match="neither positions nor ids"):
        match_table(field, table(flux=[1.0]), 1)


def test_the_nearest_object(field) -> None:
    row, distance = nearest(field, 10.0, 80.009)
    assert (row, round(distance, 6)) == (1, 3.6)
    nowhere = SimpleNamespace(ra_deg=np.full(2, np.nan), dec_deg=np.full(2, np.nan))
    assert nearest(nowhere, 1, 1)[0] == -1
