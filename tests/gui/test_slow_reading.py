"""Numbers of a range that take long to read: said, usable meanwhile, cancelled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from madewindow import field as made_field

from lightledger.library.field import Field

pytestmark = pytest.mark.window
SLOW = 60_000
#: 1 MB; the first part is 40 % of it.
N_OBJECT, N_VISIT, FIRST_PART = 10_240, 12, 4096


class Disk:
    """Stands before the light curves of a field: the later ones do not come until it is let go."""

    def __init__(self, opened: Field) -> None:
        self._mark = opened.rejections.mark
        opened.rejections.mark = self.mark  # type: ignore[method-assign]
        self.stuck, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    def mark(self, flags: np.ndarray, first: int, last: int, band: str) -> np.ndarray:
        if first >= FIRST_PART and not self.let_go.is_set():
            self.stuck.set()
            self.let_go.wait(60)
        return self._mark(flags, first, last, band)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("slow")
    made_field(folder, N_OBJECT, N_VISIT).close()
    return folder / "field.h5"


@pytest.fixture
def disk(window: Any, qtbot: Any, store: Any) -> Iterator[Disk]:
    opened = Field(store)
    disk = Disk(opened)
    window.show_field(opened)
    window.docks.reveal("variability")
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    yield disk
    disk.let_go.set()


@pytest.mark.parametrize("rests", [True, False])
def test_a_slow_disk_is_said_and_what_is_stored_stays(window, qtbot, disk, rests):
    dock, open_ = window.docks["variability"].widget(), window.open
    numbers, session = open_.numbers, open_.session
    stored = np.array(numbers.columns["median"])
    low, high = session.times.whole
    disk.let_go.clear()
    numbers._rest.setInterval(1 if rests else 100_000)  # the hand on the range
    session.times.set_filter(low, (low + high) / 2)
    qtbot.waitUntil(disk.stuck.is_set, timeout=60_000)  # kernels may have to be compiled
    qtbot.waitUntil(lambda: dock.footer.reading.text() == "reading 1 MB, 40 %", timeout=SLOW)
    assert dock.footer.cancel.isVisibleTo(dock)

    # Usable: the diagram shows what is stored, an object can be chosen, the list filtered.
    assert numbers.statistics is None
    assert dock.shown.counts().startswith("10,")
    dock.plot.picked.emit(17)
    assert session.index == 17
    open_.toolbar.filter.put("median > 0")
    qtbot.waitUntil(lambda: open_.filter.holds, timeout=SLOW)

    dock.footer.cancel.click()
    assert not numbers.waiting
    np.testing.assert_array_equal(numbers.columns["median"], stored)
    assert dock.footer.reading.text() == "cancelled; stored numbers, of all visits"
    assert not dock.footer.cancel.isVisibleTo(dock)
    disk.let_go.set()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    np.testing.assert_array_equal(numbers.columns["median"], stored)  # late news is no news

    dock.footer.compute.click()
    qtbot.waitUntil(lambda: not numbers.waiting, timeout=SLOW)
    assert dock.footer.reading.text() == ""
    direct = session.field.live_statistics(numbers.measurement, session.filters())
    np.testing.assert_array_equal(numbers.columns["median"], direct["median"])


def test_cancelled_while_moments_are_shown_the_whole_numbers_come_back(window, qtbot, disk):
    dock, numbers = window.docks["variability"].widget(), window.open.numbers
    session = window.open.session
    low, high = session.times.whole
    session.times.set_filter(low, low + 0.7 * (high - low))
    qtbot.waitUntil(lambda: numbers.statistics is not None and not numbers.waiting, timeout=60_000)
    whole, source = numbers.columns["median"], numbers.source
    numbers._rest.setInterval(10_000)  # the hand does not rest
    session.times.set_filter(low, low + 0.5 * (high - low))
    qtbot.waitUntil(lambda: numbers.provisional, timeout=SLOW)
    numbers.cancel()
    assert not numbers.provisional
    assert numbers.columns["median"] is whole
    assert dock.footer.reading.text() == f"cancelled; numbers of {source}"
