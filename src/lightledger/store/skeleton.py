"""Lay out a store before anything is written: every dataset one contiguous, empty piece.

No fill values, no creation times: equal input gives equal bytes, and the file is filled by plain
writes at the offsets returned here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5f, h5fd, h5g, h5p, h5s, h5t

from lightledger.domain import LightledgerError

from . import outline
from .diskio import PositionedFile
from .layout import ALIGNMENT, DatasetSpec, Scalar
from .sparse import SparseFile
from .text import encode


def lay_out(
    path: Path,
    datasets: Sequence[DatasetSpec],
    attributes: Mapping[str, Mapping[str, Scalar]],
) -> list[int]:
    """Create the HDF5 file, every dataset allocated and none written but its outline.

    Parameters
    ----------
    path : Path
        Replaced when it exists.
    datasets : sequence of DatasetSpec
        In the order in which they shall stand in the file; groups are made on the way.
    attributes : mapping of str to mapping
        Attributes of groups by path, '/' among them.

    Returns
    -------
    list of int
        Offset of each dataset (0 where it holds no bytes).

    Raises
    ------
    OSError
        The disk does not take it.
    LightledgerError
        It does not give it back.
    """
    sparse = SparseFile()
    file = _create(sparse)
    try:
        groups: dict[str, Any] = {"/": h5g.open(file, b"/")}
        for group, values in attributes.items():
            _attach(_group(groups, group), values)
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_layout(h5d.CONTIGUOUS)
        plist.set_alloc_time(h5d.ALLOC_TIME_LATE)
        plist.set_fill_time(h5d.FILL_TIME_NEVER)
        plist.set_obj_track_times(False)
        made = [_dataset(groups, spec, plist) for spec in datasets]
        # All structure stands in front of all data: an open on a slow disk is one piece of it,
        # and a file that lost its end can still be read.
        h5f.flush(file)
        for dataset, spec in zip(made, datasets, strict=True):
            if spec.n_bytes:
                _allocate(dataset, spec)
        offsets = [int(dataset.get_offset() or 0) for dataset in made]
    finally:
        file.close()
    with PositionedFile(path, "w+b") as disk:
        disk.resize(sparse.size)
        _put(disk, sparse.written())
        if datasets[-1].path == outline.PATH:
            room = datasets[-1].n_bytes
            text = outline.encode(datasets[:-1], offsets[:-1], attributes, room)
            _put(disk, [(offsets[-1], text)])
    return offsets


def _put(disk: PositionedFile, pieces: Sequence[tuple[int, bytes]]) -> None:
    """Write, and look at what was written: its checksums are made of what is in the file."""
    for offset, content in pieces:
        disk.write(content, offset)
    if any(disk.read(len(content), offset) != content for offset, content in pieces):
        raise LightledgerError("what was written does not read back (file structure)", disk.path)


def _create(sparse: SparseFile) -> Any:
    creation = h5p.create(h5p.FILE_CREATE)
    creation.set_obj_track_times(False)
    access = h5p.create(h5p.FILE_ACCESS)
    # The format of HDF5 1.8: its structure carries checksums and every HDF5 since 2008 reads it.
    access.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
    access.set_alignment(ALIGNMENT, ALIGNMENT)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_fileobj_driver(h5fd.fileobj_driver, sparse)
    return h5f.create(b"store", h5f.ACC_TRUNC, creation, access)


def _dataset(groups: dict[str, Any], spec: DatasetSpec, plist: Any) -> Any:
    parent, _, name = spec.path.rpartition("/")
    space = h5s.create_simple(spec.shape)
    kind = _type_of(spec.dtype)
    made = h5d.create(_group(groups, parent or "/"), name.encode(), kind, space, plist)
    _attach(made, spec.attributes)
    return made


def _allocate(dataset: Any, spec: DatasetSpec) -> None:
    """Write one cell: with it comes the place of all."""
    cell = np.zeros((1,) * len(spec.shape), spec.dtype)
    inside = dataset.get_space()
    inside.select_hyperslab((0,) * len(spec.shape), cell.shape)
    dataset.write(h5s.create_simple(cell.shape), inside, cell, mtype=dataset.get_type())


def _group(groups: dict[str, Any], path: str) -> Any:
    if path not in groups:
        parent, _, name = path.rpartition("/")
        plist = h5p.create(h5p.GROUP_CREATE)
        plist.set_obj_track_times(False)
        groups[path] = h5g.create(_group(groups, parent or "/"), name.encode(), gcpl=plist)
    return groups[path]


def _type_of(dtype: np.dtype) -> Any:
    if dtype.kind == "S":
        dtype = h5py.string_dtype("utf-8", dtype.itemsize)
    return h5t.py_create(dtype, logical=True)


def _attach(where: Any, values: Mapping[str, Scalar]) -> None:
    # By name, so that the same attributes are the same bytes, however they were collected; what
    # differs between two runs stands together.
    for name, value in sorted(values.items(), key=lambda v: (v[0] not in outline.STAMPS, v[0])):
        cell = _cell(value)
        kind = _type_of(cell.dtype)
        made = h5a.create(where, name.encode(), kind, h5s.create(h5s.SCALAR))
        made.write(cell, mtype=kind)


def _cell(value: Scalar) -> np.ndarray:
    if isinstance(value, str):
        return encode([value]).reshape(())
    if isinstance(value, (bool, int, np.integer)):
        return np.array(int(value), "<i8")
    return np.array(float(value), "<f8")
