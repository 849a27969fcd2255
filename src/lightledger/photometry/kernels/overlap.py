"""Overlap of a circle with unit pixels."""

from __future__ import annotations

import math

from .compiling import kernel


@kernel
def _quadrant_overlap(x1: float, x2: float, y1: float, y2: float, radius: float) -> float:
    """Area of ``[x1, x2] x [y1, y2]``, all >= 0, inside the circle around the origin."""
    r2 = radius * radius
    if x1 * x1 + y1 * y1 >= r2:
        return 0.0
    if x2 * x2 + y2 * y2 <= r2:
        return (x2 - x1) * (y2 - y1)
    # The arc crosses the rectangle between left and right; left of it the rectangle is full.
    left = math.sqrt(r2 - y2 * y2) if y2 < radius else 0.0
    left = min(max(left, x1), x2)
    right = min(math.sqrt(r2 - y1 * y1), x2)
    y_left = math.sqrt(max(r2 - left * left, 0.0))
    y_right = math.sqrt(max(r2 - right * right, 0.0))
    # One atan2 of the angle between both ends instead of the difference of two asin.
    angle = math.atan2(right * y_left - left * y_right, left * right + y_left * y_right)
    arc = 0.5 * (right * y_right - left * y_left + r2 * angle)
    return (left - x1) * (y2 - y1) + arc - y1 * (right - left)


@kernel
def pixel_overlap(dx: float, dy: float, radius: float) -> float:
    """Fraction of the unit pixel centred at (dx, dy) inside the circle around the origin.

    Exact to rounding: the integral of the circle's arc over the pixel, in one quadrant.
    """
    dx = abs(dx)
    dy = abs(dy)
    x1 = dx - 0.5
    x2 = dx + 0.5
    y1 = dy - 0.5
    y2 = dy + 0.5
    if x1 >= 0.0 and y1 >= 0.0:
        return _quadrant_overlap(x1, x2, y1, y2, radius)
    # A pixel on an axis is cut there; the mirrored halves are in the same quadrant.
    if x1 >= 0.0:
        return _quadrant_overlap(x1, x2, 0.0, y2, radius) + _quadrant_overlap(
            x1, x2, 0.0, -y1, radius
        )
    if y1 >= 0.0:
        return _quadrant_overlap(0.0, x2, y1, y2, radius) + _quadrant_overlap(
            0.0, -x1, y1, y2, radius
        )
    return (
        _quadrant_overlap(0.0, x2, 0.0, y2, radius)
        + _quadrant_overlap(0.0, -x1, 0.0, y2, radius)
        + _quadrant_overlap(0.0, x2, 0.0, -y1, radius)
        + _quadrant_overlap(0.0, -x1, 0.0, -y1, radius)
    )


@kernel
def subpixel_overlap(dx: float, dy: float, radius: float, n_sub: int) -> float:
    """Fraction of ``n_sub x n_sub`` sub-pixel centres inside the circle.

    SExtractor's convention (``n_sub = 5``; Bertin & Arnouts 1996, photom.c): only for comparison.
    """
    step = 1.0 / n_sub
    first = 0.5 * (step - 1.0)
    r2 = radius * radius
    inside = 0
    for j in range(n_sub):
        y = dy + first + j * step
        for i in range(n_sub):
            x = dx + first + i * step
            if x * x + y * y < r2:
                inside += 1
    return inside * step * step


@kernel
def row_span(dy: float, x: float, radius: float, n_column: int) -> tuple[int, int, float, float]:
    """Columns of one pixel row that the circle touches, and that lie wholly inside it.

    Returns
    -------
    first, stop : int
        Touched columns on the image, half open; equal when there are none.
    inner_first, inner_last : float
        Columns wholly inside, closed; first > last when there are none.
    """
    dy = abs(dy)
    near = max(dy - 0.5, 0.0)
    if not near < radius:
        return 0, 0, 1.0, 0.0
    half = math.sqrt(radius * radius - near * near) + 0.5
    # Clipped as floats: a wild position must not overflow the integer.
    first = min(max(math.floor(x - half) + 1.0, 0.0), float(n_column))
    stop = min(max(math.ceil(x + half), 0.0), float(n_column))
    far = dy + 0.5
    inner = math.sqrt(radius * radius - far * far) - 0.5 if far < radius else -1.0
    if inner < 0.0:
        return int(first), int(stop), 1.0, 0.0
    return int(first), int(stop), math.ceil(x - inner), math.floor(x + inner)
