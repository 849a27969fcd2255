"""Kernels of the star finder: smooth, local maxima, adaptive moments."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel

#: Largest half-width, in pixels, of the window in which a star is measured.
REACH = 20
#: Variance in square pixels below which a weight is not sampled well.
_NARROWEST = 0.8


@kernel
def smooth(image: np.ndarray, out: np.ndarray, lo: int, hi: int) -> None:
    """Gaussian of sigma 1 px, 5 x 5, into rows [lo, hi); edges are repeated."""
    ny, nx = image.shape
    k0, k1, k2 = 0.40261995, 0.24420134, 0.05448868
    column = np.empty(nx + 4, np.float32)
    for y in range(lo, hi):
        a, b = max(y - 2, 0), max(y - 1, 0)
        c, d = min(y + 1, ny - 1), min(y + 2, ny - 1)
        for x in range(nx):
            column[x + 2] = (
                k0 * image[y, x]
                + k1 * (image[b, x] + image[c, x])
                + k2 * (image[a, x] + image[d, x])
            )
        column[0] = column[1] = column[2]
        column[nx + 2] = column[nx + 3] = column[nx + 1]
        for x in range(nx):
            out[y, x] = (
                k0 * column[x + 2]
                + k1 * (column[x + 1] + column[x + 3])
                + k2 * (column[x] + column[x + 4])
            )


@kernel
def local_maxima(
    signal: np.ndarray,
    noise: np.ndarray,
    sigma: float,
    border: int,
    peak_x: np.ndarray,
    peak_y: np.ndarray,
    height: np.ndarray,
    lo: int,
    hi: int,
) -> int:
    """Maxima of 5 x 5 pixels above ``sigma`` times the noise, in rows [lo, hi).

    Of equal neighbours the first in reading order counts. Heights are in units of the noise.
    Returns how many there are; those beyond the length of the arrays are not written.
    """
    ny, nx = signal.shape
    n = 0
    for y in range(max(lo, border), min(hi, ny - border)):
        for x in range(border, nx - border):
            value = signal[y, x]
            if not value > sigma * noise[y, x]:
                continue
            highest = True
            for dy in range(-2, 3):
                yy = y + dy
                if yy < 0 or yy >= ny:
                    continue
                for dx in range(-2, 3):
                    xx = x + dx
                    if xx < 0 or xx >= nx or (dx == 0 and dy == 0):
                        continue
                    other = signal[yy, xx]
                    if other > value or (other == value and (dy < 0 or (dy == 0 and dx < 0))):
                        highest = False
                        break
                if not highest:
                    break
            if highest:
                if n < peak_x.size:
                    peak_x[n] = x
                    peak_y[n] = y
                    height[n] = value / noise[y, x]
                n += 1
    return n


@kernel
def measure_peaks(
    image: np.ndarray,
    bad: np.ndarray,
    sky: np.ndarray,
    peak_x: np.ndarray,
    peak_y: np.ndarray,
    out: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Measure stars [lo, hi): rows of ``out`` (n, 8) float64.

    Columns: x, y, flux, peak (as in the image, sky included), FWHM (geometric mean of both axes),
    FWHM of the minor axis, sum of the four neighbours over the highest pixel (both above the sky:
    about 0 for a hot pixel, over 1 for a star), pixels near the highest value (saturation makes
    plateaus). All nan where the moments do not converge.

    Adaptive moments (Bernstein & Jarvis 2002, AJ 123, 583, sect. 3): a round Gaussian weight takes
    on the centre and the width of the star, so a neighbour or a cosmic ray at some distance hardly
    enters. Below a width that pixels can sample the weight stays, and its share is taken off.
    """
    ny, nx = image.shape
    for k in range(lo, hi):
        out[k, :] = np.nan
        px, py = peak_x[k], peak_y[k]
        # the highest pixel near the smoothed maximum
        top, tx, ty = -np.inf, px, py
        for y in range(max(py - 2, 0), min(py + 3, ny)):
            for x in range(max(px - 2, 0), min(px + 3, nx)):
                if not bad[y, x] and image[y, x] > top:
                    top, tx, ty = image[y, x], x, y
        if not math.isfinite(top):
            continue
        above = top - sky[ty, tx]
        around, n_around = 0.0, 0
        for s in range(4):
            x, y = tx + (s == 0) - (s == 1), ty + (s == 2) - (s == 3)
            if 0 <= x < nx and 0 <= y < ny and not bad[y, x]:
                around += image[y, x] - sky[y, x]
                n_around += 1
        if n_around < 2 or above <= 0:
            continue

        cx, cy, width = float(px), float(py), 2.25
        mxx, mxy, myy, flux = width, 0.0, width, 0.0
        converged = False
        for iteration in range(60):
            weight_width = max(width, _NARROWEST)
            reach = min(int(3.5 * math.sqrt(weight_width)) + 2, REACH)
            ix, iy = math.floor(cx + 0.5), math.floor(cy + 0.5)
            total, sx, sy, sxx, sxy, syy, norm = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for y in range(max(iy - reach, 0), min(iy + reach + 1, ny)):
                dy = y - cy
                for x in range(max(ix - reach, 0), min(ix + reach + 1, nx)):
                    if bad[y, x]:
                        continue
                    dx = x - cx
                    weight = math.exp(-0.5 * (dx * dx + dy * dy) / weight_width)
                    value = weight * (image[y, x] - sky[y, x])
                    total += value
                    sx += value * dx
                    sy += value * dy
                    sxx += value * dx * dx
                    sxy += value * dx * dy
                    syy += value * dy * dy
                    norm += weight * weight
            if not total > 0.0:
                break
            ox, oy = sx / total, sy / total
            vxx = sxx / total - ox * ox
            vxy = sxy / total - ox * oy
            vyy = syy / total - oy * oy
            # The product of two Gaussians: its inverse covariance is the sum of theirs.
            det = vxx * vyy - vxy * vxy
            if vxx <= 0.0 or det <= 0.0:
                break
            ixx, ixy, iyy = (
                vyy / det - 1.0 / weight_width,
                -vxy / det,
                vxx / det - 1.0 / weight_width,
            )
            det = ixx * iyy - ixy * ixy
            if ixx <= 0.0 or det <= 0.0:  # wider than any star under this weight: widen it
                mxx, mxy, myy = 4.0 * weight_width, 0.0, 4.0 * weight_width
            else:
                mxx, mxy, myy = iyy / det, -ixy / det, ixx / det
            following = min(max(0.5 * (mxx + myy), 0.1), 64.0)
            shift = (weight_width + following) / weight_width
            cx += shift * ox
            cy += shift * oy
            flux = total * math.pi * (weight_width + following) / norm
            moved = abs(ox) + abs(oy) + abs(following - width) / width
            width = math.sqrt(width * following) if iteration > 5 else following
            if (cx - px) ** 2 + (cy - py) ** 2 > 9.0 + 2.0 * width:
                break
            if moved < 1e-4:
                converged = True
                break
        if not converged or mxx <= 0.0 or myy <= 0.0:
            continue
        mean, half = 0.5 * (mxx + myy), math.sqrt((0.5 * (mxx - myy)) ** 2 + mxy * mxy)
        minor = mean - half
        if minor <= 0.0:
            minor = 1e-3
        n_top = 0
        for y in range(max(ty - 4, 0), min(ty + 5, ny)):
            for x in range(max(tx - 4, 0), min(tx + 5, nx)):
                if not bad[y, x] and image[y, x] - sky[y, x] >= 0.98 * above:
                    n_top += 1
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = cx, cy, flux, top
        out[k, 4] = 2.3548200450309493 * math.sqrt(math.sqrt(minor * (mean + half)))
        out[k, 5] = 2.3548200450309493 * math.sqrt(minor)
        out[k, 6] = around / above * 4.0 / n_around
        out[k, 7] = n_top
