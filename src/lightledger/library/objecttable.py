"""The object table of a field: columns by name, with units, as a person sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lightledger.domain import counted


class ObjectTable(Mapping[str, np.ndarray]):
    """Columns of objects, in catalogue order; read-only.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n_object,)
    units : mapping of str to str
        Of those columns that have one.
    """

    def __init__(self, columns: Mapping[str, np.ndarray], units: Mapping[str, str]) -> None:
        self._columns, self.units = columns, units

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def n_object(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def to_pandas(self) -> Any:
        """A pandas ``DataFrame``, one row per object; ``attrs['units']`` has the units.

        Raises
        ------
        LightledgerError
            When pandas is not installed.
        """
        from .packages import columns_to_pandas

        return columns_to_pandas(self._columns, self.units)

    def __repr__(self) -> str:
        return f"ObjectTable({counted(self.n_object, 'object')}: {', '.join(self)})"

    def _repr_html_(self) -> str:
        from .notebook import table_html

        return table_html(self._columns, self.units, self.n_object, "Objects")
