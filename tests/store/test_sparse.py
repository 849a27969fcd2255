"""The file in memory that HDF5 lays a store out in."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from lightledger.store.sparse import SparseFile

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 20_000), st.binary(max_size=9_000)),
        st.tuples(st.just("read"), st.integers(0, 40_000), st.integers(0, 9_000)),
        st.tuples(st.just("truncate"), st.integers(0, 60_000), st.none()),
    ),
    max_size=20,
)


@given(ACTS)
def test_it_is_a_file(acts: list) -> None:
    """Whatever is done to it and to a BytesIO, both hold the same."""
    ours, theirs = SparseFile(), io.BytesIO()
    for act, at, what in acts:
        if act == "truncate":
            ours.truncate(at)
            theirs.truncate(at)  # shrinks only
            theirs.seek(0, io.SEEK_END)
            theirs.write(bytes(at - theirs.tell()))
            continue
        assert ours.seek(at) == theirs.seek(at) == ours.tell()
        if act == "write":
            assert ours.write(what) == theirs.write(what)
        else:
            assert ours.read(what) == theirs.read(what)
    whole = bytearray(ours.size)
    for offset, content in ours.written():
        whole[offset : offset + len(content)] = content
    assert bytes(whole) == theirs.getvalue()


def test_it_keeps_only_what_was_written() -> None:
    file = SparseFile()
    file.truncate(24 << 30)
    file.seek(23 << 30)
    file.write(b"end")
    assert file.written() == [(23 << 30, b"end".ljust(4096, b"\0"))]
