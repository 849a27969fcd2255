"""The sky under one image of a visit, as the sums of its objects need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .apertures import NO_PLANE
from .background import (
    MIN_SKY_PIXELS,
    Background,
    annulus_background,
    frame_sky,
    mesh_background,
)
from .place import Place
from .spec import MeasureSpec


@dataclass(frozen=True)
class Sky:
    """Background of one image; arrays per object are float64 of shape (n_object,).

    Attributes
    ----------
    median, rms : float
        Of the frame, per pixel, in its unit.
    plane : ndarray of float32, shape (ny, nx) or (0, 0)
        Subtracted pixel by pixel.
    level : ndarray
        Subtracted from the sums, times their area.
    inside : ndarray
        What is still in the pixels of the sums: photons of it are not the object's.
    object_rms, level_error : ndarray
        Scatter of the sky per pixel; error of ``level``.
    mesh : Background or None
        Where ``plane`` comes from.
    """

    median: float
    rms: float
    plane: np.ndarray
    level: np.ndarray
    inside: np.ndarray
    object_rms: np.ndarray
    level_error: np.ndarray
    mesh: Background | None = None


def sky_of(
    image: np.ndarray,
    bad: np.ndarray,
    place: Place,
    spec: MeasureSpec,
    like: Sky | None = None,
    changed: np.ndarray | None = None,
) -> Sky:
    """The background that the recipe asks for: by meshes, around each object, or none.

    ``like`` is that of an image that differs from this one in the pixels of ``changed`` alone.
    """
    x, y = place.x, place.y
    zero = np.zeros(x.size)
    measuring = spec.measuring
    if measuring.background == "mesh":
        known = like.mesh if like is not None else None
        mesh = mesh_background(image, bad, measuring.mesh_px, like=known, changed=changed)
        # The level's own error, about 2 rms / (3 mesh_px), is far below one pixel's noise.
        rms_here = mesh.rms_at(x, y)
        return Sky(mesh.median, mesh.rms, mesh.level, zero, zero, rms_here, zero, mesh)
    median, rms = frame_sky(image, bad)
    if measuring.background == "none":
        return Sky(median, rms, NO_PLANE, zero, zero + median, zero + rms, zero)
    inner, outer = (r * place.scale for r in measuring.annulus_px)
    local = annulus_background(image, bad, x, y, inner, outer)
    has = np.isfinite(local.level)
    if has.any():
        # Too few pixels around an object: the frame's level, with the spread of the local ones.
        spread = 1.4826 * np.median(np.abs(local.level[has] - np.median(local.level[has])))
        rms_seen = float(np.median(local.rms[has]))
    else:
        spread, rms_seen = 0.0, rms
    fallback = max(spread, np.sqrt(np.pi / 2) * rms / np.sqrt(MIN_SKY_PIXELS))
    level = np.where(has, local.level, median)
    return Sky(
        median,
        rms_seen,
        NO_PLANE,
        level,
        level,
        np.where(has, local.rms, rms),
        np.where(has, local.error, fallback),
    )
