"""What lies around one real star: apertures, ellipse, isophote, neighbours; plain data, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import Measuring
from lightledger.domain.methods import BOX_METHODS

from .picture import Found, Picture

#: Half the side of the cut-out, pixels: least and most.
_HALF = (8, 200)
_USUAL_FWHM = 3.0


@dataclass(frozen=True)
class Shape:
    """One aperture around a star.

    Attributes
    ----------
    key : str
        Methods that use it: 'auto', 'aper_r3', 'aper_f1', 'box_7', 'annulus'.
    kind : str
        'ellipse', 'circle', 'box' or 'ring'.
    a, b : float
        Semi-axes, pixels; half sides of a box.
    angle_deg : float
        From x towards y.
    """

    key: str
    kind: str
    a: float
    b: float
    angle_deg: float = 0.0


@dataclass(frozen=True)
class StarView:
    """A cut-out of the coadd and what is measured on it.

    Attributes
    ----------
    image : ndarray of float32, shape (n, n)
        As the chosen treatment of neighbours leaves it; nan where it takes pixels away.
    place : tuple of float
        The star in the cut-out, x, y.
    shapes : tuple of Shape
    own, others : ndarray of bool, shape (n, n)
        The object's isophote; pixels of its neighbours.
    name : str
        Id of the object; '' where none was found.
    n_inside, n_foreign : int
        Pixels of the Kron ellipse (of the largest circle, without one), and the neighbours' of
        them.
    """

    image: np.ndarray
    place: tuple[float, float]
    shapes: tuple[Shape, ...]
    own: np.ndarray
    others: np.ndarray
    name: str
    n_inside: int
    n_foreign: int


def key_of(method: str) -> str:
    """The shape that a method of the grid uses; '' for none.

    >>> key_of("biweight_7px"), key_of("aper_r3"), key_of("template")
    ('box_7', 'aper_r3', 'iso')
    """
    kind = method.partition("_")[0]
    if kind in BOX_METHODS:
        return f"box_{method.partition('_')[2].removesuffix('px')}"
    return "iso" if method == "template" else method


def examples(found: Found, mine: tuple[float, float] | None) -> list[tuple[float, float]]:
    """Places worth looking at: my star, a bright isolated one, a blended one, a faint one."""
    places = [mine] if mine is not None else []
    order = np.argsort(-np.nan_to_num(found.flux), kind="stable")
    inside = found.edge_px[order] > 15
    alone = order[inside & ~found.blended[order]]
    together = order[inside & found.blended[order]]
    for group, part in ((alone, 0.1), (together, 0.2), (alone, 0.6)):
        if group.size:
            i = int(group[int(part * (group.size - 1))])
            places.append((float(found.x[i]), float(found.y[i])))
    if not places and found.x.size:
        places.append((float(found.x[order[0]]), float(found.y[order[0]])))
    return list(dict.fromkeys(places))


def star_view(picture: Picture, found: Found, measuring: Measuring, x: float, y: float) -> StarView:
    """Cut a star out of the coadd, with everything that is measured around it.

    Parameters
    ----------
    measuring : Measuring
        Resolved.
    x, y : float
        Pixel of the coadd, 0-based.
    """
    near = found.nearest(x, y, 3.0)
    fwhm = picture.fwhm_px if np.isfinite(picture.fwhm_px) else _USUAL_FWHM
    shapes = [Shape(f"box_{side}", "box", side / 2, side / 2) for side in measuring.boxes_px]
    if "ratio" not in measuring.images:
        shapes = []
    geometry = found.geometry
    if geometry is not None and near is not None:
        a = float(geometry.kron[near] * geometry.a[near])
        b = float(geometry.kron[near] * geometry.b[near])
        shapes.append(Shape("auto", "ellipse", a, b, float(np.degrees(geometry.theta[near]))))
    circles = [(f"aper_r{r:.6g}", r) for r in measuring.radii_px]
    circles += [(f"aper_f{r:.6g}", r * fwhm) for r in measuring.radii_fwhm]
    shapes += [Shape(key, "circle", r, r) for key, r in circles]
    if measuring.background == "annulus":
        shapes += [Shape("annulus", "ring", r, r) for r in measuring.annulus_px]
    reach = 1.15 * max([s.a for s in shapes] or [6.0]) + 2
    half = int(np.clip(reach, *_HALF))
    image, place = cutout(picture.coadd, x, y, half)
    own = others = np.zeros(image.shape, bool)
    if geometry is not None and geometry.segmentation is not None:
        labels, _ = cutout(geometry.segmentation, x, y, half, np.int32(0))
        label = int(geometry.label[near]) if near is not None else 0
        own = (labels == label) & (label > 0)
        others = (labels > 0) & ~own
    inside = _inside(shapes, place, image.shape)
    image = treated(image, others & inside, place, measuring.neighbours)
    name = found.ids[near] if near is not None else ""
    n_inside, n_foreign = int(inside.sum()), int((inside & others).sum())
    return StarView(image, place, tuple(shapes), own, others, name, n_inside, n_foreign)


def cutout(
    plane: np.ndarray, x: float, y: float, half: int, outside: object = np.float32(np.nan)
) -> tuple[np.ndarray, tuple[float, float]]:
    """A square around a place, filled with ``outside`` beyond the plane; the place in it."""
    cx, cy = round(x), round(y)
    ny, nx = plane.shape
    piece = np.full((2 * half + 1, 2 * half + 1), outside, plane.dtype)
    y0, y1 = max(0, cy - half), min(ny, cy + half + 1)
    x0, x1 = max(0, cx - half), min(nx, cx + half + 1)
    if y1 > y0 and x1 > x0:
        rows = slice(y0 - cy + half, y1 - cy + half)
        piece[rows, x0 - cx + half : x1 - cx + half] = plane[y0:y1, x0:x1]
    return piece, (x - cx + half, y - cy + half)


def treated(
    image: np.ndarray, foreign: np.ndarray, place: tuple[float, float], neighbours: str
) -> np.ndarray:
    """The cut-out as it is measured: neighbours' pixels mirrored at the star, taken away, or kept.

    A pixel whose opposite is a neighbour's too is taken away when mirroring.
    """
    if neighbours not in ("mirror", "mask"):
        return image
    made = image.copy()
    made[foreign] = np.nan
    if neighbours == "mirror":
        ny, nx = image.shape
        ys, xs = np.nonzero(foreign)
        oy, ox = np.rint(2 * place[1] - ys).astype(int), np.rint(2 * place[0] - xs).astype(int)
        fits = (oy >= 0) & (oy < ny) & (ox >= 0) & (ox < nx)
        ys, xs, oy, ox = ys[fits], xs[fits], oy[fits], ox[fits]
        clear = ~foreign[oy, ox]
        made[ys[clear], xs[clear]] = image[oy[clear], ox[clear]]
    return made


def _inside(shapes: list[Shape], place: tuple[float, float], shape: tuple[int, int]) -> np.ndarray:
    """Pixels whose centres lie in the Kron ellipse, else in the largest circle."""
    round_ones = [s for s in shapes if s.kind == "circle"]
    ellipse = next((s for s in shapes if s.kind == "ellipse"), None)
    around = ellipse or max(round_ones, key=lambda s: s.a, default=None)
    if around is None:
        return np.zeros(shape, bool)
    yy, xx = np.indices(shape)
    dx, dy = xx - place[0], yy - place[1]
    c, s = np.cos(np.radians(around.angle_deg)), np.sin(np.radians(around.angle_deg))
    u, v = (dx * c + dy * s) / around.a, (dy * c - dx * s) / around.b
    inside: np.ndarray = u * u + v * v <= 1
    return inside
