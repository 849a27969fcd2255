"""Rows of the footprint matrix: which pixels an aperture takes, and how much of each."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel

from .overlap import ellipse_overlap, pixel_overlap, subpixel_overlap

#: How a row takes its pixels: by exact overlap, by 5 x 5 sub-pixels, by their centres, by label.
EXACT, SUBPIXELS, CENTRES, ISOPHOTE = range(4)
#: What is done with pixels of other objects.
KEEP, MASK, MIRROR = range(3)
N_SUB = 5


@kernel
def footprint_rows(
    x: np.ndarray,
    y: np.ndarray,
    kinds: np.ndarray,
    major: np.ndarray,
    minor: np.ndarray,
    theta: np.ndarray,
    labels: np.ndarray,
    label: np.ndarray,
    own: np.ndarray,
    neighbours: int,
    starts: np.ndarray,
    members: np.ndarray,
    outside: np.ndarray,
    ny: int,
    nx: int,
    order: np.ndarray,
    lo: int,
    hi: int,
    pixel_ptr: np.ndarray,
    pixels: np.ndarray,
    indptr: np.ndarray,
    firsts: np.ndarray,
    weights: np.ndarray,
    area: np.ndarray,
    full_area: np.ndarray,
) -> None:
    """Rows of the objects ``order[lo:hi]``, all apertures of an object together.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        0-based pixels; nan makes empty rows.
    kinds : ndarray of int64, shape (m,)
        One of the constants above per aperture.
    major, minor, theta : ndarray of float64, shape (m, n)
        Semi-axes in pixels and angle of the major one; unused for isophotes.
    labels : ndarray of int32, shape (ny, nx) or (0, 0)
        Which object a pixel belongs to.
    label : ndarray of int32, shape (n,)
        Of the isophote; 0 for none.
    own : ndarray of int32, shape (n,)
        Label whose pixels are not a neighbour's.
    neighbours : int
    starts, members : ndarray of int64 and int32
        Flat pixels of label L are ``members[starts[L]:starts[L + 1]]``.
    outside : ndarray of float64, shape (n,)
        Pixels of the isophote that are not on the image.
    pixel_ptr, pixels : ndarray of int64 (hi - lo + 1,) and int32
        Result: flat pixels that any aperture of an object touches, in their order on the image.
    indptr, firsts, weights : ndarray of int64 ((hi - lo) * m + 1,), int32, float32
        Result: the rows; weights of successive pixels of the object from its ``firsts``-th on.
        Zeros among them are of pixels that only other apertures touch.
    area, full_area : ndarray of float64, shape ((hi - lo) * m,)
        Result: sum of the weights, and the same with the pixels that are not on the image.
    """
    m = kinds.size
    slots = np.empty(1024, np.int32)  # of a window around the object: when a pixel was first met
    ranks = np.empty(1024, np.int32)  # the same in the order on the image
    found = np.empty((m, 1024), np.float32)  # weights of the pixels in the order they were met
    for place in range(lo, hi):
        i = order[place]
        base = pixel_ptr[place - lo]
        n_pixel = 0
        at = indptr[(place - lo) * m]
        somewhere = math.isfinite(x[i]) and math.isfinite(y[i])

        # The window: everything that ellipses, their mirror images and isophotes can touch.
        left, right, low, high = np.inf, -np.inf, np.inf, -np.inf
        for k in range(m):
            if kinds[k] == ISOPHOTE:
                for member in members[starts[label[i]] : starts[label[i] + 1]]:
                    column, row = member % nx, member // nx
                    left, right = min(left, column), max(right, column)
                    low, high = min(low, row), max(high, row)
            elif somewhere:
                c, s = math.cos(theta[k, i]), math.sin(theta[k, i])
                half_x = math.hypot(major[k, i] * c, minor[k, i] * s) + 1.5
                half_y = math.hypot(major[k, i] * s, minor[k, i] * c) + 1.5
                left, right = min(left, x[i] - half_x), max(right, x[i] + half_x)
                low, high = min(low, y[i] - half_y), max(high, y[i] + half_y)
        first_x = int(min(max(math.floor(left), 0.0), float(nx)))
        stop_x = int(min(max(math.ceil(right) + 1.0, 0.0), float(nx)))
        first_y = int(min(max(math.floor(low), 0.0), float(ny)))
        stop_y = int(min(max(math.ceil(high) + 1.0, 0.0), float(ny)))
        wide = max(stop_x - first_x, 0)
        window = wide * max(stop_y - first_y, 0)
        if window > slots.size:
            slots, ranks = np.empty(2 * window, np.int32), np.empty(2 * window, np.int32)
            found = np.empty((m, 2 * window), np.float32)
        slots[:window] = -1

        for k in range(m):
            beyond = 0.0
            if kinds[k] == ISOPHOTE:
                for member in members[starts[label[i]] : starts[label[i] + 1]]:
                    slot = (member // nx - first_y) * wide + member % nx - first_x
                    if slots[slot] < 0:
                        slots[slot] = n_pixel
                        found[:, n_pixel] = 0.0
                        n_pixel += 1
                    found[k, slots[slot]] = 1.0
                beyond = outside[i]
            elif somewhere and major[k, i] > 0.0 and minor[k, i] > 0.0:
                a, b = major[k, i], minor[k, i]
                kind = kinds[k]
                circle = a == b
                c, s = math.cos(theta[k, i]), math.sin(theta[k, i])
                ux, uy, vx, vy = c / a, s / a, -s / b, c / b
                # Half a pixel's diagonal where the ellipse is the unit circle.
                diagonal = 0.5 * math.sqrt(
                    max((ux + uy) ** 2 + (vx + vy) ** 2, (ux - uy) ** 2 + (vx - vy) ** 2)
                )
                clear = (1.0 + diagonal) ** 2
                inner = (1.0 - diagonal) ** 2 if diagonal < 1.0 else -1.0
                reach = 0.0 if kind == CENTRES else 0.5
                half_x = math.hypot(a * c, b * s) + reach
                half_y = math.hypot(a * s, b * c) + reach
                x1, x2 = math.ceil(x[i] - half_x), math.floor(x[i] + half_x)
                y1, y2 = math.ceil(y[i] - half_y), math.floor(y[i] + half_y)
                on_image = 0.0
                for row in range(int(max(y1, 0.0)), int(min(y2, ny - 1.0)) + 1):
                    dy = row - y[i]
                    for column in range(int(max(x1, 0.0)), int(min(x2, nx - 1.0)) + 1):
                        dx = column - x[i]
                        u = ux * dx + uy * dy
                        v = vx * dx + vy * dy
                        r2 = u * u + v * v
                        if r2 >= clear:
                            continue
                        if kind == CENTRES:
                            w = 1.0 if r2 <= 1.0 else 0.0
                        elif r2 <= inner:
                            w = 1.0
                        elif kind == SUBPIXELS:
                            w = subpixel_overlap(dx, dy, ux, uy, vx, vy, N_SUB)
                        elif circle:
                            w = pixel_overlap(dx, dy, a)
                        else:
                            w = ellipse_overlap(dx, dy, ux, uy, vx, vy)
                        if not w > 1e-9:
                            continue
                        on_image += w
                        to_x, to_y = column, row
                        if neighbours != KEEP:
                            whose = labels[row, column]
                            if whose != 0 and whose != own[i]:
                                if neighbours == MASK:
                                    continue
                                # SExtractor's pixel opposite (photom.c): half goes down.
                                opposite_x = math.floor(2.0 * x[i] + 0.49999 - column)
                                opposite_y = math.floor(2.0 * y[i] + 0.49999 - row)
                                if not (0 <= opposite_x < nx and 0 <= opposite_y < ny):
                                    beyond += w
                                    continue
                                to_x, to_y = int(opposite_x), int(opposite_y)
                                whose = labels[to_y, to_x]
                                if whose != 0 and whose != own[i]:
                                    continue
                        slot = (to_y - first_y) * wide + to_x - first_x
                        if slots[slot] < 0:
                            slots[slot] = n_pixel
                            found[:, n_pixel] = 0.0
                            n_pixel += 1
                        # The pixel's own weight and its mirror image's are of one value.
                        found[k, slots[slot]] += w
                if x1 < 0.0 or y1 < 0.0 or x2 > nx - 1.0 or y2 > ny - 1.0:
                    beyond += max(math.pi * a * b - on_image, 1.0 if kind == CENTRES else 0.0)
            full_area[(place - lo) * m + k] = beyond

        n = 0
        for slot in range(window):
            if slots[slot] >= 0:
                ranks[n] = slots[slot]
                pixels[base + n] = (first_y + slot // wide) * nx + first_x + slot % wide
                n += 1
        for k in range(m):
            row = (place - lo) * m + k
            first, stop = 0, n_pixel
            while first < stop and found[k, ranks[first]] == 0.0:
                first += 1
            while stop > first and found[k, ranks[stop - 1]] == 0.0:
                stop -= 1
            total = 0.0
            for rank in ranks[first:stop]:
                weights[at] = found[k, rank]
                total += np.float64(weights[at])
                at += 1
            area[row] = total
            full_area[row] += total
            firsts[row] = first
            indptr[row + 1] = at
        pixel_ptr[place - lo + 1] = base + n_pixel


@kernel
def count_labels(labels: np.ndarray, starts: np.ndarray, lo: int, hi: int) -> None:
    """Count the pixels of each label in rows ``lo`` to ``hi``, at ``starts[label + 1]``."""
    for row in range(lo, hi):
        for column in range(labels.shape[1]):
            label = labels[row, column]
            if label > 0 and label < starts.size - 1:
                starts[label + 1] += 1


@kernel
def list_labels(labels: np.ndarray, ends: np.ndarray, members: np.ndarray) -> None:
    """Flat pixels by label, in order; ``ends``: where labels start, afterwards where they end."""
    nx = labels.shape[1]
    for row in range(labels.shape[0]):
        for column in range(nx):
            label = labels[row, column]
            if label > 0 and label < ends.size:
                members[ends[label]] = row * nx + column
                ends[label] += 1


@kernel
def count_outside(
    starts: np.ndarray, members: np.ndarray, label: np.ndarray, reference_nx: int,
    from_x: np.ndarray, from_y: np.ndarray, x: np.ndarray, y: np.ndarray, matrix: np.ndarray,
    ny: int, nx: int, out: np.ndarray, lo: int, hi: int,
) -> None:  # fmt: skip
    """Pixels of each isophote on the reference grid whose centres are not on a frame.

    ``from_x, from_y`` are the objects on the reference grid, ``x, y`` on the frame; ``matrix``
    (2, 2) takes offsets from the one to the other.
    """
    for i in range(lo, hi):
        n = 0
        for member in members[starts[label[i]] : starts[label[i] + 1]]:
            dx = member % reference_nx - from_x[i]
            dy = member // reference_nx - from_y[i]
            at_x = x[i] + matrix[0, 0] * dx + matrix[0, 1] * dy
            at_y = y[i] + matrix[1, 0] * dx + matrix[1, 1] * dy
            if not (-0.5 <= at_x <= nx - 0.5 and -0.5 <= at_y <= ny - 0.5):
                n += 1
        out[i] = n
