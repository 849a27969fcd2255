"""Objects by what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.analysis.query import Expression, Name, known_as, near_names, parse
from lightledger.domain import LightledgerError

from .columns import QueryColumns
from .cone import Cone, parse_cone

if TYPE_CHECKING:
    from .field import Field
    from .state import Subset


@dataclass(frozen=True)
class Found:
    """Objects in the order asked for; iterates over their ids.

    Attributes
    ----------
    rows : ndarray of intp, shape (n,)
        Rows in the catalogue.
    ids : list of str
        Made when asked for.
    n_match : int
        Objects that were found, before a limit.
    n_total : int
        Objects of the field.
    names : tuple of str
        The columns that the query used.
    asked : dict of str to str
        The query: where, near, subset, sort, limit, as far as they were given.
    columns : QueryColumns
        Of all objects, as the query saw them; `column` has those of the objects found.
    remarks : tuple of str
        What a person should know, such as ids of a subset that the field no longer has.
    """

    rows: np.ndarray
    n_match: int
    n_total: int
    names: tuple[str, ...]
    asked: Mapping[str, str]
    columns: QueryColumns
    remarks: tuple[str, ...] = ()

    @cached_property
    def ids(self) -> list[str]:
        names = self.columns.object_ids
        return [names[row] for row in self.rows.tolist()]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def column(self, name: str) -> np.ndarray:
        """A query column of the objects found, shape (n,)."""
        return self.columns[name][self.rows]

    def to_pandas(self) -> Any:
        """A pandas ``DataFrame`` of the catalogue and every statistic, one row per object found.

        Raises
        ------
        LightledgerError
            When pandas is not installed.
        """
        from .packages import columns_to_pandas

        return columns_to_pandas({name: self.column(name) for name in self.columns}, self._units())

    def _repr_html_(self) -> str:
        from .foundtable import shown
        from .notebook import table_html

        columns = {name: self.column(name) for name in shown(self)}
        return table_html(columns, self._units(), len(self), str(self))

    def _units(self) -> dict[str, str]:
        return {name: self.columns.unit(name) for name in self.columns}

    @property
    def measured(self) -> str:
        """Whose statistics they were, in words."""
        columns = self.columns
        return f"{columns.measurement}, {'corrected' if columns.corrected else 'raw'}"

    def __str__(self) -> str:
        """What was asked, of which numbers, and how many there are, for headers of tables."""
        asked = "; ".join(f"{what} {text}" for what, text in self.asked.items()) or "all"
        first = f", the first {len(self):,} of them" if len(self) < self.n_match else ""
        count = f"{self.n_match:,} of {self.n_total:,} objects{first}"
        return f"{count}: {asked}; numbers of {self.measured}"


def find(
    field: Field,
    where: str,
    measurement: str | None,
    corrected: bool | None,
    near: str | None,
    sort: str,
    descending: bool | None,
    limit: int | None,
    subset: str,
    statistics: Mapping[str, np.ndarray] | None,
    said: Mapping[str, np.ndarray] | None = None,
    within: tuple[str, ...] = (),
) -> Found:
    """See `Field.find`.

    Parameters
    ----------
    said : mapping, optional
        In place of the journal's columns; see `QueryColumns`.
    within : tuple of str
        The subsets that this search is to define.
    """
    condition = parse(where) if where.strip() else None
    key, downwards = _order(sort, descending)
    if limit is not None and limit < 0:
        raise LightledgerError(f"a limit of {limit} makes no sense", advice="0 is no limit")
    cone = _cone(field, near) if near and near.strip() else None
    distance = cone.distances(field.ra_deg, field.dec_deg) if cone else None

    def rows_in(name: str) -> np.ndarray:
        return _members(field, _subset(field, name), columns, statistics, said, within)[0]

    columns = QueryColumns(field, measurement or "", corrected, statistics, distance, rows_in, said)
    rows = np.arange(field.n_object, dtype=np.intp)
    remarks: list[str] = []
    if subset:
        rows, remarks = _members(field, _subset(field, subset), columns, statistics, said, within)
    if cone is not None and distance is not None:
        rows = rows[distance[rows] <= cone.radius_arcsec]
    if condition is not None:
        rows = rows[condition.evaluate(columns)[rows]]
    if key is not None:
        rows = rows[_sorted(key.values(columns)[rows], downwards)]
    elif distance is not None:
        rows = rows[_sorted(distance[rows], False)]
    used = (name for part in (condition, key) if part is not None for name in part.names)
    names = tuple(dict.fromkeys(known_as(name, columns) for name in used))
    n_match = len(rows)
    rows = rows[: limit or None]
    texts = {"where": where, "near": near or "", "subset": subset, "sort": sort}
    asked = {what: " ".join(text.split()) for what, text in texts.items() if text.strip()}
    if descending is not None and sort.strip():
        asked["sort"] += ", large first" if downwards else ", small first"
    if limit:
        asked["limit"] = str(limit)
    return Found(rows, n_match, field.n_object, names, asked, columns, tuple(remarks))


def _order(sort: str, descending: bool | None) -> tuple[Expression | None, bool]:
    """Expression to sort by, and whether large comes first: ``-excess`` says so too."""
    text = sort.strip()
    if not text:
        return None, False
    key = parse(text)
    if text.startswith("-"):
        bare = parse(text[1:])
        if isinstance(bare.root, Name):  # texts, too, can be sorted downwards
            return bare, descending is not False
    return key, bool(descending)


def _sorted(values: np.ndarray, descending: bool) -> np.ndarray:
    """Order of values, equal ones as they were, missing ones last."""
    if values.dtype.kind == "f":
        missing = np.isnan(values)
    else:
        missing = np.zeros(values.size, bool)
    (there,) = np.nonzero(~missing)
    if descending:  # turned round twice, so that equal ones keep their order
        order = there[::-1][np.argsort(values[there][::-1], kind="stable")[::-1]]
    else:
        order = there[np.argsort(values[there], kind="stable")]
    return np.concatenate([order, np.flatnonzero(missing)])


def _cone(field: Field, text: str) -> Cone:
    def position_of(name: str) -> tuple[float, float] | None:
        row = field.rejections.row_of(name)
        return None if row < 0 else (float(field.ra_deg[row]), float(field.dec_deg[row]))

    if not np.isfinite(field.ra_deg).any():
        raise LightledgerError("objects of this field have no positions on the sky", field.path)
    return parse_cone(text, position_of)


def _subset(field: Field, name: str) -> Subset:
    subsets = field.journal.state.subsets
    if name in subsets:
        return subsets[name]
    near = near_names(name, subsets)
    there = f"there are {', '.join(list(subsets)[:5])}" if subsets else "none has been saved"
    raise LightledgerError(
        f"no subset {name!r}", advice=f"did you mean {', '.join(near)}?" if near else there
    )


def _members(
    field: Field,
    subset: Subset,
    columns: QueryColumns,
    statistics: Mapping[str, np.ndarray] | None,
    said: Mapping[str, np.ndarray] | None,
    within: tuple[str, ...],
) -> tuple[np.ndarray, list[str]]:
    """Rows of a subset in its order: the ids it was frozen with, else what its definition finds."""
    if subset.objects:
        found = field.rejections.rows_of(subset.objects)
        rows = found[found >= 0]
        gone = found.size - rows.size
        lost = f"{gone:,} of {found.size:,} objects of subset {subset.name!r} are not in this field"
        return rows, [lost] if gone else []
    if subset.name in within:
        raise LightledgerError(f"subset {subset.name!r} is defined by itself")
    measurement = subset.measurement or columns.measurement
    corrected = columns.corrected if subset.corrected is None else subset.corrected
    same = (measurement, corrected) == (columns.measurement, columns.corrected)
    defined = find(
        field,
        subset.where,
        measurement,
        corrected,
        subset.near,
        subset.sort,
        subset.descending,
        subset.limit,
        "",
        statistics if same else None,
        said,
        (*within, subset.name),
    )
    return defined.rows, list(defined.remarks)
