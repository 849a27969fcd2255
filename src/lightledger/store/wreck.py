"""A damaged store, read for what is sound in it: a `Past` that publishing can carry over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import (
    ADDED_COLUMNS,
    VISIT_COLUMNS,
    Control,
    LightledgerError,
    Problem,
    record_dtype,
    visit_table,
)

from .anyway import Anyway, open_anyway
from .checksums import read_checked
from .layout import (
    POSITION_PLANES,
    PROBLEM_COLUMNS,
    REFERENCE,
    Place,
    Scalar,
    band_path,
    full_name,
    natural_sorted,
    position_path,
    record_path,
    visits_path,
)
from .losses import Losses
from .mend import mend_sums


@contextmanager
def open_wreck(path: Path | str, control: Control | None = None) -> Iterator[Wreck]:
    """Open a store for salvage.

    Raises
    ------
    LightledgerError
        Not a store, or nothing of it can be checked.
    """
    with open_anyway(path, outline_first=True) as store:
        table = mend_sums(store.tree, store.table, store.file, control or Control())
        yield Wreck(Path(path), replace(store, table=table))


class Wreck:
    """What is sound of a store; everything else is blank and listed.

    Never through a mapping: a disk that fails is an error of one read, not of the process.

    Attributes
    ----------
    path : Path
    refused : str
        Why a reader refuses the store; '' when none does.
    root : dict
        Attributes of the file (but what differs between two runs).
    bands, band_original
        As of `StoreReader`.
    objects : dict of str to ndarray
        Columns; cells that are lost are nan (whole numbers then become f8), text ''. A lost id
        is ``damaged-`` and the number of its row.
    lost : dict of str to ndarray of bool
        For each column of ``objects``, which of its cells are lost.
    object_units : dict of str to str
    notes : list of Problem
        What was lost of the tables.
    """

    def __init__(self, path: Path, store: Anyway) -> None:
        self.path, self.refused = path, store.refused
        self._tree, self._file, self._table = store.tree, store.file, store.table
        self.root = self._tree.attributes("/")
        self._losses = Losses(path, store)
        self.notes = self._losses.notes
        self.objects: dict[str, np.ndarray] = {}
        self.lost: dict[str, np.ndarray] = {}
        self.object_units: dict[str, str] = {}
        self._read_objects()
        self.bands: tuple[str, ...] = ()
        self.band_original: dict[str, str] = {}
        self._visits: dict[str, dict[str, np.ndarray]] = {}
        self._places: dict[str, Place] = {}
        for band in natural_sorted(self._tree.children("/bands")):
            self._read_band(band)
        if not self.bands:
            raise LightledgerError("no visit of the store can be read", path)

    # ---- tables -------------------------------------------------------------------------------

    def _read_objects(self) -> None:
        ids, lost = self._losses.clean("/objects/id")
        named = [f"damaged-{row}" if lost[row] else str(name) for row, name in enumerate(ids)]
        self._losses.note(
            "/objects/id", lost, [f"row {n}" for n in range(len(named))], ": new names"
        )
        present = self._tree.children("/objects")
        order = str(self.root.get("object_columns", "")).split("\n")
        for name in [n for n in order if n in present] + [n for n in present if n not in order]:
            path = f"/objects/{name}"
            try:
                attributes = self._tree.attributes(path)
                original = str(attributes.get("name", name))
                column, lost = self._losses.clean(path)
            except LightledgerError as error:
                self._losses.left_out(path, error)
                continue
            if len(column) != len(named):
                self._losses.left_out(path, LightledgerError("not as the format says"))
                continue
            if name == "id":
                column = np.array(named, object)
            else:
                self._losses.note(path, lost, named)
            self.objects[original], self.lost[original] = column, lost
            self.object_units[original] = str(attributes.get("unit", ""))

    def _read_band(self, band: str) -> None:
        path = visits_path(band)
        columns: dict[str, np.ndarray] = {}
        losses: dict[str, np.ndarray] = {}
        for column in VISIT_COLUMNS:
            if column.name in ADDED_COLUMNS and not self._tree.exists(f"{path}/{column.name}"):
                continue
            try:
                columns[column.name], losses[column.name] = self._losses.clean(
                    f"{path}/{column.name}"
                )
            except LightledgerError as error:
                self._losses.left_out(f"{path}/{column.name}", error)
        lengths = {len(values) for values in columns.values()}
        if len(lengths) != 1 or not lengths - {0}:
            self._losses.left_out(path, LightledgerError("its visits are not to be told apart"))
            return
        n = lengths.pop()
        ids = columns.get("visit", np.full(n, "", object))
        names = [str(name) or f"damaged-{row}" for row, name in enumerate(ids)]
        columns["visit"] = np.array(names, object)
        for name, lost in losses.items():
            self._losses.note(f"{path}/{name}", lost, names)
        rows: list[dict[str, object]] = [
            {k: _cell(v[i]) for k, v in columns.items()} for i in range(n)
        ]
        self._visits[band] = visit_table(rows)
        self.bands += (band,)
        original = self._tree.attributes(band_path(band)).get("original", band)
        self.band_original[band] = str(original)
        for within in natural_sorted(self._tree.children(f"{band_path(band)}/measurements")):
            try:
                at = record_path(full_name(band, within))
                self._admit(at, record_dtype(n), ())
            except (LightledgerError, ValueError) as error:
                what = f"{within} of {band} left out ({error})"
                self._losses.notes.append(Problem(what, severity="damaged", band=band))
        for plane in POSITION_PLANES:
            at = position_path(band, plane)
            if self._tree.exists(at):
                try:
                    self._admit(at, np.dtype("<f4"), (n,))
                except LightledgerError as error:
                    self._losses.left_out(at, error)

    def _admit(self, path: str, dtype: np.dtype, rest: tuple[int, ...]) -> None:
        """Accept a dataset with a row per object, if it is as the format says."""
        place, extent = self._tree.place(path), self._table.find(path)
        n = len(self.objects["id"])
        if (
            place.dtype != dtype
            or place.shape != (n, *rest)
            or extent is None
            or int(extent["count"]) != n
        ):
            raise LightledgerError(f"{path} is not as the format says", self.path)
        self._places[path] = place

    # ---- what publishing asks -----------------------------------------------------------------

    @property
    def object_ids(self) -> list[str]:
        return self.objects["id"].tolist()

    def visits(self, band: str) -> dict[str, np.ndarray]:
        return self._visits[band]

    def measurements(self, band: str | None = None) -> tuple[str, ...]:
        """Full names, of one band or of all."""
        found = []
        for path in self._places:
            _, _, own, kind, within = path.split("/", 4)
            if kind == "measurements" and band in (None, own):
                found.append(full_name(own, within))
        return tuple(found)

    def attributes(self, measurement: str) -> dict[str, Scalar]:
        """Attributes of a measurement."""
        return self._tree.attributes(record_path(measurement))

    def stored_planes(self, band: str) -> tuple[str, ...]:
        return tuple(p for p in POSITION_PLANES if self.has(position_path(band, p)))

    def has(self, path: str) -> bool:
        return path in self._places

    def rows(self, path: str, first: int, n: int) -> tuple[np.ndarray, list[int]]:
        """Rows of a dataset and which are damaged, as `StoreReader.rows`."""
        place, extent = self._places[path], self._table.find(path)
        assert extent is not None
        step, at = int(extent["step"]), int(extent["first"]) + first
        sums = self._table.sums[at : at + n]
        raw, wrong = read_checked(self._file, n, step, place.offset + first * step, sums)
        rows = np.frombuffer(raw, place.dtype).reshape(n, *place.shape[1:])
        return rows, np.flatnonzero(wrong).tolist()

    def reference(self) -> dict[str, np.ndarray]:
        """What visits are measured against; lost rows are nan.

        Empty when a part of it is not there at all: visits cannot be added then.
        """
        found = {}
        for name in self._tree.children(REFERENCE):
            path = f"{REFERENCE}/{name}"
            try:
                found[name], lost = self._losses.clean(path)
            except LightledgerError as error:
                self._losses.left_out(path, error)
                return {}
            self._losses.note(path, lost, [f"row {n}" for n in range(len(lost))])
        return found

    def problems(self) -> list[Problem]:
        """Problems of the store but its damages, which are found anew."""
        columns = {}
        for name in PROBLEM_COLUMNS:
            try:
                columns[name], lost = self._losses.clean(f"/problems/{name}")
            except LightledgerError as error:
                self._losses.left_out(f"/problems/{name}", error)
            else:
                self._losses.note(f"/problems/{name}", lost, [f"row {n}" for n in range(len(lost))])
        n = min(map(len, columns.values()), default=0)
        rows = [
            Problem.from_dict({"what": "", **{k: v[i] for k, v in columns.items()}})
            for i in range(n)
        ]
        return [p for p in rows if p.what and p.severity != "damaged"]

    def unsound_tables(self) -> list[str]:
        """None: what is lost of them is blank already."""
        return []


def _cell(value: Any) -> object:
    """A cell of a visit row; what is lost of a number is missing."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if value != value else value
