"""The object table: what a person leafs through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.excess import is_variable, well_measured
from lightledger.domain.magnitudes import to_magnitude

if TYPE_CHECKING:
    from .field import Field


def object_table(
    field: Field,
    measurement: str,
    corrected: bool,
    stats: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Columns of the table, all of length n_object, in catalogue order.

    Parameters
    ----------
    stats : dict, optional
        Live statistics; those of the store without.

    Returns
    -------
    dict of str to ndarray
        ``id`` (str), ``mag`` (of the median flux; nan for none), ``excess``, ``inv_eta``,
        ``n_good``, ``well_measured`` (bool), ``variable`` (bool), ``blended`` (bool),
        ``comparison`` (bool), ``ra_deg``, ``dec_deg``, then the other statistics.
    """
    stats = field.statistics(measurement, corrected) if stats is None else stats
    zero_point = float(field.reader.attributes(measurement).get("zero_point", np.nan))
    mag, _ = to_magnitude(stats["median"], np.zeros(field.n_object), zero_point)
    trusted = well_measured(stats, field.n_visit(measurement), field.blended)
    comparison = np.zeros(field.n_object, bool)
    comparison[field.zero_points(measurement).member] = True
    table = {
        "id": np.array(field.object_ids, dtype=object),
        "mag": mag,
        "excess": stats["excess"],
        "inv_eta": stats["inv_eta"],
        "n_good": stats["n_good"],
        "well_measured": trusted,
        "variable": is_variable(stats, trusted),
        "blended": field.blended,
        "comparison": comparison,
        "ra_deg": field.ra_deg,
        "dec_deg": field.dec_deg,
    }
    return table | {name: column for name, column in stats.items() if name not in table}
