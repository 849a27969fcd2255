"""What catalogues of visits are matched with: the objects, and how rows find them."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Problem, Recipe, parse_measurement
from lightledger.frames.matching import match_stars
from lightledger.frames.visitcatalogue import VisitCatalogue
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .crossmatch import Matched, by_id, by_position, tangent_plane

_ARRAYS, _FACTS = "objects.npz", "catalogues.json"
#: Column of the objects with the ids that rows of visits carry.
MATCHED_ID = "matched_id"
#: A visit in which more of the ids than this stand elsewhere is matched by position.
MOST_ELSEWHERE = 0.5
#: Stars for matching patterns, brightest first.
N_STARS = 300


@dataclass(frozen=True)
class CatalogueReference:
    """Objects of a field whose values are read from catalogues.

    Attributes
    ----------
    source : str
        Where the objects come from, in words.
    objects : dict of str to ndarray, each of shape (n_object,)
        ``id``, ``ra``, ``dec`` (degrees; nan unknown), ``x``, ``y`` (0-based pixels of the deepest
        visit; nan unknown), ``blended``; `MATCHED_ID` where rows are matched by id.
    units : dict of str to str
        Of the columns of the objects.
    how : {'id', 'sky', 'pixel'}
    id_column : str
        '' where rows are matched by position.
    tolerance : float
        Arcsec, or pixels for 'pixel'.
    value_units, meanings : dict of str to str
        By measurement: unit of the stored values, and where they come from.
    field_name : str
    field_ra_deg, field_dec_deg : float
        Centre of the tangent plane; nan without sky positions.
    targets : tuple of str
    problems : tuple of Problem
    """

    source: str
    objects: dict[str, np.ndarray]
    units: dict[str, str]
    how: str
    id_column: str
    tolerance: float
    value_units: dict[str, str]
    meanings: dict[str, str]
    field_name: str = ""
    field_ra_deg: float = math.nan
    field_dec_deg: float = math.nan
    targets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def n_object(self) -> int:
        return len(self.objects["id"])

    @property
    def in_words(self) -> str:
        unit = "px" if self.how == "pixel" else "arcsec"
        way = {"id": f"by id ({self.id_column})", "sky": "by position on the sky"}
        what = way.get(self.how, "by pixel position")
        return f"rows matched {what}, tolerance {self.tolerance:.3g} {unit}"

    def points(self) -> np.ndarray:
        """Places of the objects in the plane of the matching, shape (n_object, 2)."""
        if math.isfinite(self.field_ra_deg):
            centre = self.field_ra_deg, self.field_dec_deg
            return tangent_plane(self.objects["ra"], self.objects["dec"], *centre)
        return np.column_stack([self.objects["x"], self.objects["y"]])

    def index(self) -> dict[str, int]:
        """Object of each id that rows of visits carry."""
        return {str(name): i for i, name in enumerate(self.objects[MATCHED_ID]) if name}

    def match(self, catalogue: VisitCatalogue) -> Matched:
        """Rows of a visit's catalogue to the objects.

        By position too where a catalogue has not the ids, or has them at other places.

        Raises
        ------
        LightledgerError
            It has neither the ids nor the positions that are needed.
        """
        points = self.points()
        rows = rows_in_plane(catalogue, (self.field_ra_deg, self.field_dec_deg))
        placed = bool(np.isfinite(rows).any())
        ids = catalogue.ids(self.id_column) if self.how == "id" else None
        if ids is not None:
            found = by_id(ids, self.index(), rows, points, self.tolerance)
            if not placed or found.n_ambiguous <= MOST_ELSEWHERE * found.n_matched:
                return found
        if not placed:
            also = f" and no ids in a column {self.id_column}" if self.how == "id" else ""
            raise LightledgerError(
                f"no columns with positions{also}",
                advice="name them ra and dec, or map them with --map",
            )
        if self.how == "pixel":
            rows = on_reference_pixels(catalogue, rows, points)
        return by_position(rows, points, self.tolerance, self.how)

    def attributes(self) -> dict[str, str | float]:
        """What the store keeps of it besides the objects and the recipe."""
        return {
            "field": self.field_name,
            "field_ra_deg": self.field_ra_deg,
            "field_dec_deg": self.field_dec_deg,
            "sky": "wcs" if math.isfinite(self.field_ra_deg) else "none",
            "reference": self.source,
        }


def rows_in_plane(catalogue: VisitCatalogue, centre: tuple[float, float]) -> np.ndarray:
    """Places of rows in the plane, shape (n_row, 2): the sky's where the centre is known."""
    if math.isfinite(centre[0]):
        return tangent_plane(catalogue.ra, catalogue.dec, *centre)
    if catalogue.x is None or catalogue.y is None:
        return np.full((catalogue.n_row, 2), np.nan)
    return np.column_stack([catalogue.x, catalogue.y])


def brightest_first(catalogue: VisitCatalogue) -> np.ndarray:
    """Rows with a position in order of their first measurement."""
    value = next(iter(catalogue.values.values()))
    return np.argsort(-np.nan_to_num(value, nan=-np.inf), kind="stable")


def on_reference_pixels(
    catalogue: VisitCatalogue, rows: np.ndarray, points: np.ndarray
) -> np.ndarray:
    """Pixels of a visit as pixels of the reference, by the pattern of the bright stars.

    Raises
    ------
    LightledgerError
        The patterns do not agree.
    """
    order = [k for k in brightest_first(catalogue) if np.isfinite(rows[k]).all()][:N_STARS]
    bright = points[np.isfinite(points).all(axis=1)][:N_STARS]
    matrix = match_stars(rows[order, 0], rows[order, 1], bright[:, 0], bright[:, 1]).matrix
    return (rows - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T


def freeze(reference: CatalogueReference, staging: Staging) -> None:
    """Write it into staging; the small file comes last and makes it valid."""
    columns = {
        name: column.astype("U") if column.dtype == object else column
        for name, column in reference.objects.items()
    }
    buffer = io.BytesIO()
    np.savez(buffer, **columns)  # type: ignore[arg-type]
    staging.put_file(_ARRAYS, buffer.getvalue())
    facts = {k: v for k, v in vars(reference).items() if k != "objects"}
    facts["problems"] = [problem.as_dict() for problem in reference.problems]
    staging.put_file(_FACTS, json.dumps(facts, indent=1).encode())


def is_frozen(folder: Path) -> bool:
    """Whether a whole one lies in the folder."""
    return (folder / _FACTS).is_file()


def stamp(folder: Path) -> int:
    """Changes when another one is frozen there."""
    return (folder / _FACTS).stat().st_mtime_ns


def load(folder: Path) -> CatalogueReference:
    """A frozen one."""
    facts = json.loads((folder / _FACTS).read_text())
    with np.load(folder / _ARRAYS, allow_pickle=False) as saved:
        objects = {name: saved[name] for name in saved.files}
    facts["problems"] = tuple(Problem.from_dict(row) for row in facts["problems"])
    facts["targets"] = tuple(facts["targets"])
    return CatalogueReference(
        objects={n: c.astype(object) if c.dtype.kind == "U" else c for n, c in objects.items()},
        **facts,
    )


def thaw(path: Path) -> CatalogueReference:
    """That of a published store, for adding visits to it."""
    with StoreReader(path) as store:
        recipe = Recipe.from_toml(store.recipe_text, path)
        facts = store.attributes_of_store
        settings = recipe.catalogues
        about = {
            parse_measurement(n).within_band: store.attributes(n) for n in store.measurements()
        }
        columns = dict(line.split("=", 1) for line in settings.columns if "=" in line)
        return CatalogueReference(
            source=str(facts.get("reference", "")),
            objects={name: np.array(column) for name, column in store.objects.items()},
            units=dict(store.object_units),
            how=settings.match,
            id_column=columns.get("id", "") if settings.match == "id" else "",
            tolerance=settings.tolerance,
            value_units={name: str(a.get("unit", "")) for name, a in about.items()},
            meanings={name: str(a.get("meaning", "")) for name, a in about.items()},
            field_name=str(facts.get("field", "")),
            field_ra_deg=float(facts.get("field_ra_deg", math.nan)),
            field_dec_deg=float(facts.get("field_dec_deg", math.nan)),
            targets=recipe.presenting.target,
        )
