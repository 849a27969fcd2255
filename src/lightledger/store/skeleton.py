"""Lay out a store before anything is written: every dataset one contiguous, empty piece.

Early allocation, no fill values, no creation times: equal input gives equal bytes, and the file
is filled by plain writes at the offsets returned here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5f, h5fd, h5g, h5p, h5s, h5t

from .diskio import PositionedFile
from .layout import ALIGNMENT, DatasetSpec, Scalar
from .sparse import SparseFile
from .text import encode

_BYTES_OF_STRUCTURE_PER_DATASET = 768


def lay_out(
    path: Path,
    datasets: Sequence[DatasetSpec],
    attributes: Mapping[str, Mapping[str, Scalar]],
) -> list[int]:
    """Create the HDF5 file, every dataset allocated and none written.

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
    """
    sparse = SparseFile()
    file = _create(sparse, len(datasets))
    try:
        groups: dict[str, Any] = {"/": h5g.open(file, b"/")}
        for group, values in attributes.items():
            _attach(_group(groups, group), values)
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_layout(h5d.CONTIGUOUS)
        plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
        plist.set_fill_time(h5d.FILL_TIME_NEVER)
        plist.set_obj_track_times(False)
        offsets = []
        for spec in datasets:
            parent, _, name = spec.path.rpartition("/")
            made = h5d.create(
                _group(groups, parent or "/"),
                name.encode(),
                _type_of(spec.dtype),
                h5s.create_simple(spec.shape),
                plist,
            )
            _attach(made, spec.attributes)
            offsets.append(int(made.get_offset() or 0))
    finally:
        file.close()
    with PositionedFile(path, "w+b") as disk:
        disk.resize(sparse.size)
        for offset, content in sparse.written():
            disk.write(content, offset)
    return offsets


def _create(sparse: SparseFile, n_dataset: int) -> Any:
    creation = h5p.create(h5p.FILE_CREATE)
    creation.set_obj_track_times(False)
    access = h5p.create(h5p.FILE_ACCESS)
    # The format of HDF5 1.8: its structure carries checksums and every HDF5 since 2008 reads it.
    access.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
    access.set_alignment(ALIGNMENT, ALIGNMENT)
    # Structure in one piece near the front: an open on a slow disk is a few reads.
    structure = n_dataset * _BYTES_OF_STRUCTURE_PER_DATASET
    access.set_meta_block_size(-(-structure // ALIGNMENT) * ALIGNMENT)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_fileobj_driver(h5fd.fileobj_driver, sparse)
    return h5f.create(b"store", h5f.ACC_TRUNC, creation, access)


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
    for name, value in values.items():
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
