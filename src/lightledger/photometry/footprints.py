"""The footprint matrix W (objects x pixels): apertures on the reference grid, evaluated once.

Frames on the same grid are measured by one gather through W over all planes, in float64. Built
once per field, kept as plain .npy files and mapped, so that all workers share one copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError
from lightledger.domain.methods import Method, parse_method

from .apertures import CleanPlanes, Sums, plane
from .geometry import Geometry
from .rows import ROW_ARRAYS, Rows, Totals
from .shapes import Members, Shapes

NEIGHBOURS = ("mirror", "mask", "keep")
CONVENTIONS = ("exact", "sextractor")

_DTYPES: dict[str, type] = {
    "pixel_ptr": np.int64,
    "pixels": np.int32,
    "indptr": np.int64,
    "firsts": np.int32,
    "weights": np.float32,
    "area": np.float64,
    "full_area": np.float64,
    "order": np.int32,
}


@dataclass(frozen=True)
class FootprintSpec:
    """Which apertures, and how their pixels count.

    Attributes
    ----------
    methods : tuple of Method
        ``auto``, ``iso`` and ``aper_r``; the rows of all results, in this order.
    neighbours : {'mirror', 'mask', 'keep'}
        Pixels of other objects: the pixel opposite counts in their place (or none, when that is
        another's, too), they count nothing, or they count as they are.
    convention : {'exact', 'sextractor'}
        Weights are exact overlaps; or, to be compared with SExtractor's, of 5 x 5 sub-pixels for
        circles and whole pixels for ellipses.

    Raises
    ------
    LightledgerError
        Another method, way or convention.
    """

    methods: tuple[Method, ...]
    neighbours: str = "keep"
    convention: str = "exact"

    def __post_init__(self) -> None:
        for method in self.methods:
            if method.kind not in ("auto", "iso", "aper_r"):
                raise LightledgerError(f"{method} has no footprint on the reference grid")
            if method.kind == "aper_r" and not 0 < method.size < np.inf:
                raise LightledgerError(f"aperture radii must be positive, not {method.size}")
        for value, allowed in ((self.neighbours, NEIGHBOURS), (self.convention, CONVENTIONS)):
            if value not in allowed:
                raise LightledgerError(
                    f"{value!r} is no way to count pixels", advice=f"it is one of {allowed}"
                )

    @classmethod
    def of_radii(cls, radii: np.ndarray | tuple[float, ...]) -> FootprintSpec:
        """Plain circles, whatever lies in them."""
        return cls(tuple(Method("aper_r", float(r)) for r in radii))

    def kind_of(self, method: Method) -> int:
        """How a row takes its pixels, as in ``kernels.rows``."""
        from .kernels.rows import CENTRES, EXACT, ISOPHOTE, SUBPIXELS

        if method.kind == "iso":
            return ISOPHOTE
        if self.convention == "exact":
            return EXACT
        return SUBPIXELS if method.is_circle else CENTRES


def axes_of(geometry: Geometry, method: Method) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Semi-axes and angle of a method's ellipses on the reference grid, each (n_object,)."""
    same = np.ones(geometry.n_object)
    if method.kind == "auto":
        return geometry.kron * geometry.a, geometry.kron * geometry.b, geometry.theta
    return same * method.size, same * method.size, 0 * same


def _shapes(geometry: Geometry, spec: FootprintSpec) -> Shapes:
    axes = np.array([axes_of(geometry, m) for m in spec.methods], np.float64)
    major, minor, theta = axes.reshape(len(axes), 3, geometry.n_object).swapaxes(0, 1)
    has_iso = any(m.kind == "iso" for m in spec.methods)
    return Shapes(
        x=geometry.x,
        y=geometry.y,
        kinds=np.array([spec.kind_of(m) for m in spec.methods], np.int64),
        major=major,
        minor=minor,
        theta=theta,
        label=geometry.label,
        labels=geometry.segmentation,
        members=geometry.members if has_iso else Members.none(geometry.largest_label),
        neighbours=spec.neighbours,
        outside=np.zeros(geometry.n_object),
        shape=geometry.shape,
    )


@dataclass(frozen=True)
class Footprints:
    """W in compressed rows; row ``place * n_method + k`` is method k of object ``order[place]``.

    Objects are sorted by (y // 16, x), the apertures of one object stay together; results come
    in catalogue order all the same.

    Attributes
    ----------
    spec : FootprintSpec
    rows : Rows
    order : ndarray of int32, shape (n_object,)
    shape : (ny, nx)
        Of the reference grid.
    """

    spec: FootprintSpec
    rows: Rows
    order: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def build(cls, geometry: Geometry, spec: FootprintSpec) -> Footprints:
        """Evaluate the overlap of every aperture with every pixel once.

        Raises
        ------
        LightledgerError
            For a grid of more than 2^31 pixels.
        """
        ny, nx = geometry.shape
        if ny * nx > np.iinfo(np.int32).max:
            raise LightledgerError(
                f"a reference grid of {nx} x {ny} pixels is larger than 2^31 pixels",
                advice="cut the coadd into tiles",
            )
        orders, parts = [np.empty(0, np.int32)], []
        for order, block in _shapes(geometry, spec).blocks():
            orders.append(order)
            parts.append(block.copy())
        rows = Rows.joined(parts) if parts else Rows.empty()
        return cls(spec, rows.frozen(), plane(np.concatenate(orders), np.int32), geometry.shape)

    @property
    def n_object(self) -> int:
        return int(self.order.size)

    def sums(self, planes: CleanPlanes, linear_error: bool = False) -> Sums:
        """Sums through W, rows as in ``spec.methods``, objects in catalogue order.

        Parameters
        ----------
        planes : CleanPlanes
        linear_error : bool
            Sum w s^2 as SExtractor and sep do, which makes errors larger (6 % at r = 3).

        Raises
        ------
        ValueError
            When the planes are not on the reference grid.
        """
        total = Totals(len(self.spec.methods), self.n_object, planes, self.shape, linear_error)
        total.add(self.rows, self.order)
        return total.sums()

    def save(self, folder: Path) -> None:
        """Write one .npy file per array into ``folder``, which is made if need be."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        words = [self.spec.neighbours, self.spec.convention, *map(str, self.spec.methods)]
        arrays = {name: getattr(self.rows, name) for name in ROW_ARRAYS}
        arrays |= {"order": self.order, "shape": np.array(self.shape), "spec": np.array(words)}
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Footprints:
        """Map what `save` wrote; the pages are shared by all processes that do so.

        Raises
        ------
        LightledgerError
            A file is missing, damaged, or does not fit the others.
        """
        folder = Path(folder)
        advice = "delete the folder; it is made again"
        try:
            arrays: dict[str, np.ndarray] = {
                name: np.lib.format.open_memmap(folder / f"{name}.npy", mode="r")
                for name in (*_DTYPES, "spec", "shape")
            }
            words = [str(word) for word in arrays.pop("spec")]
            ny, nx = (int(v) for v in arrays.pop("shape"))
            methods = tuple(parse_method(word) for word in words[2:])
            spec = FootprintSpec(methods, words[0], words[1])
        except (OSError, ValueError, EOFError, TypeError, IndexError, LightledgerError):
            raise LightledgerError(
                "the footprint files are incomplete or damaged", folder, advice
            ) from None
        if not _fit(arrays, len(methods), ny, nx):
            raise LightledgerError("the footprint files do not fit each other", folder, advice)
        order = plane(arrays.pop("order"), np.int32)
        return cls(spec, Rows(**arrays).frozen(), order, (ny, nx))


def _fit(arrays: dict[str, np.ndarray], n_method: int, ny: int, nx: int) -> bool:
    """Whether W is whole: the kernels do not test bounds."""
    if not all(a.ndim == 1 and a.dtype == _DTYPES[name] for name, a in arrays.items()):
        return False
    order, n = arrays["order"], arrays["order"].size
    if not (
        _pointers(arrays["pixel_ptr"], n, arrays["pixels"].size)
        and _pointers(arrays["indptr"], n * n_method, arrays["weights"].size)
        and arrays["firsts"].size == arrays["area"].size == arrays["full_area"].size == n * n_method
        and _within(arrays["pixels"], ny * nx)
        and _within(order, n)
        and (np.bincount(order, minlength=n) == 1).all()
    ):
        return False
    # A row's weights are of pixels of its object.
    stops = arrays["firsts"] + np.diff(arrays["indptr"])
    n_pixel = np.repeat(np.diff(arrays["pixel_ptr"]), n_method)
    return bool((arrays["firsts"] >= 0).all() and (stops <= n_pixel).all())


def _pointers(pointers: np.ndarray, n: int, stop: int) -> bool:
    return (
        pointers.size == n + 1
        and pointers[0] == 0
        and pointers[-1] == stop
        and bool((np.diff(pointers) >= 0).all())
    )


def _within(places: np.ndarray, stop: int) -> bool:
    return places.size == 0 or (int(places.min()) >= 0 and int(places.max()) < stop)
