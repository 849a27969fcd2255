"""Overlap of circles and ellipses with unit pixels."""

from __future__ import annotations

import math

from lightledger.compiling import inner, kernel


@inner
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


@inner
def _angle(ax: float, ay: float, bx: float, by: float) -> float:
    """Area of the unit circle's sector from a to b, signed."""
    return 0.5 * math.atan2(ax * by - ay * bx, ax * bx + ay * by)


@inner
def _side(ax: float, ay: float, bx: float, by: float) -> float:
    """Area between the origin and the side from a to b, inside the unit circle, signed."""
    dx = bx - ax
    dy = by - ay
    d2 = dx * dx + dy * dy
    along = ax * dx + ay * dy
    under = along * along - d2 * (ax * ax + ay * ay - 1.0)
    if not under > 0.0:
        return _angle(ax, ay, bx, by)
    root = math.sqrt(under)
    enters = (-along - root) / d2
    leaves = (-along + root) / d2
    if leaves <= 0.0 or enters >= 1.0:
        return _angle(ax, ay, bx, by)
    area = 0.0
    px, py, qx, qy = ax, ay, bx, by
    if enters > 0.0:
        px = ax + enters * dx
        py = ay + enters * dy
        area += _angle(ax, ay, px, py)
    if leaves < 1.0:
        qx = ax + leaves * dx
        qy = ay + leaves * dy
        area += _angle(qx, qy, bx, by)
    return area + 0.5 * (px * qy - py * qx)


@kernel
def ellipse_overlap(dx: float, dy: float, ux: float, uy: float, vx: float, vy: float) -> float:
    """Fraction of the unit pixel centred at (dx, dy) inside an ellipse around the origin.

    ``(ux dx + uy dy, vx dx + vy dy)`` takes the ellipse to the unit circle and the pixel to a
    parallelogram, whose sides then bound sectors and triangles: exact to rounding.
    """
    u = ux * dx + uy * dy
    v = vx * dx + vy * dy
    pu, pv = 0.5 * (ux + uy), 0.5 * (vx + vy)
    qu, qv = 0.5 * (ux - uy), 0.5 * (vx - vy)
    ax, ay = u - pu, v - pv
    bx, by = u + qu, v + qv
    cx, cy = u + pu, v + pv
    ex, ey = u - qu, v - qv
    area = _side(ax, ay, bx, by) + _side(bx, by, cx, cy)
    area += _side(cx, cy, ex, ey) + _side(ex, ey, ax, ay)
    return area / (ux * vy - uy * vx)


@inner
def subpixel_overlap(
    dx: float, dy: float, ux: float, uy: float, vx: float, vy: float, n_sub: int
) -> float:
    """Fraction of ``n_sub x n_sub`` sub-pixel centres inside an ellipse, as `ellipse_overlap`.

    SExtractor's convention for circles (``n_sub = 5``; its photom.c): only for comparison.
    """
    step = 1.0 / n_sub
    first = 0.5 * (step - 1.0)
    inside = 0
    for j in range(n_sub):
        y = dy + first + j * step
        for i in range(n_sub):
            x = dx + first + i * step
            u = ux * x + uy * y
            v = vx * x + vy * y
            if u * u + v * v < 1.0:
                inside += 1
    return inside * step * step
