"""Memory of planes is used again, never while somebody still looks at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lightledger.domain.planes import Planes

SHAPE = 1024, 512


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def test_memory_that_nobody_holds_is_handed_out_again() -> None:
    planes = Planes()
    first = planes.empty(SHAPE, np.float32)
    place = address(first)
    second = planes.empty(SHAPE, np.float32)
    assert address(second) != place
    del first
    assert address(planes.empty(SHAPE, np.int32)) == place
    assert planes.n_bytes == 2 * 4 * 1024 * 512


def test_a_view_keeps_its_memory() -> None:
    planes = Planes()
    first = planes.empty(SHAPE, np.float32)
    place = address(first)
    view = first[5:, 3:].view()
    view.flags.writeable = False
    del first
    assert address(planes.empty(SHAPE, np.float32)) != place
    del view
    assert address(planes.empty(SHAPE, np.float32)) == place


def test_released_memory_is_gone_and_the_rest_stays() -> None:
    planes = Planes()
    kept, gone = planes.zeros(SHAPE, np.float32), planes.zeros(SHAPE, np.float32)
    del gone
    planes.release()
    assert planes.n_bytes == kept.nbytes
    assert not kept.any()


def test_small_arrays_are_not_kept() -> None:
    planes = Planes()
    assert planes.zeros((3, 4), np.float64).shape == (3, 4)
    assert planes.n_bytes == 0


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_no_two_arrays_in_use_share_memory(acts: list[bool]) -> None:
    planes = Planes()
    held: list[np.ndarray] = []
    for keep in acts:
        if keep or not held:
            held.append(planes.empty((1 << 20,), np.uint8))
        else:
            held.pop(0)
        places = [address(array) for array in held]
        assert len(set(places)) == len(places)


def test_threads_never_share() -> None:
    planes = Planes()

    def fill(value: int) -> bool:
        plane = planes.empty(SHAPE, np.int32)
        plane.fill(value)
        other = planes.zeros(SHAPE, np.int32)
        return bool((plane == value).all()) and not other.any()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(fill, range(100)))
    assert planes.n_bytes <= 8 * 4 * 1024 * 512
