"""Periods in the journal: kept, taken back, and asked for as columns."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.domain import LightledgerError
from lightledger.library.field import Field
from lightledger.library.state import Period


@pytest.fixture
def field(truth):
    with Field(truth.path) as made:
        yield made


def test_a_period_is_kept_and_found(field):
    name, other = field.object_ids[:2]
    field.journal.set_period(name, 0.5, 55000.25, measurement="m")
    field.journal.set_period(other, 2.5, 55001.0, scale="UTC")
    kept = field.journal.state.periods[name]
    assert (kept.period_d, kept.epoch_mjd, kept.scale) == (0.5, 55000.25, "BJD_TDB")
    assert field.find("period_d > 1").ids == [other]
    columns = field.query_columns()
    assert columns["period_epoch_mjd"][:2].tolist() == [55000.25, 55001.0]
    assert np.isnan(columns["period_d"][2])
    assert columns.unit("period_d") == "d"
    assert "phase 0" in columns.meaning("period_epoch_mjd")


def test_undo_gives_the_period_before(field):
    name = field.object_ids[0]
    journal = field.journal
    journal.set_period(name, 0.5, 55000.25)
    second = journal.set_period(name, 1.0, 55000.25)
    journal.undo(second)
    assert journal.state.periods[name].period_d == 0.5
    assert field.query_columns()["period_d"][0] == 0.5
    journal.redo(second)
    assert journal.state.periods[name].period_d == 1.0
    journal.clear_period(name)
    assert name not in journal.state.periods
    assert np.isnan(field.query_columns()["period_d"][0])


@pytest.mark.parametrize("period", [0.0, -1.0, float("nan"), float("inf")])
def test_nonsense_is_refused(field, period):
    with pytest.raises(LightledgerError, match="is no period"):
        field.journal.set_period(field.object_ids[0], period, 55000.0)


def test_it_is_read_back_from_the_file(field, truth):
    field.journal.set_period(field.object_ids[0], 1.25, 55000.5, measurement="m")
    with Field(truth.path) as again:
        kept = again.journal.state.periods[field.object_ids[0]]
    assert isinstance(kept, Period)
    assert (kept.period_d, kept.epoch_mjd, kept.measurement) == (1.25, 55000.5, "m")
