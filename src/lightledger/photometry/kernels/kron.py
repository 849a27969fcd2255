"""Light in an ellipse, its first moment, and how much of it belongs to neighbours."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel


@kernel
def ellipse_light(
    flat: np.ndarray, segmentation: np.ndarray, x: np.ndarray, y: np.ndarray, a: np.ndarray,
    b: np.ndarray, theta: np.ndarray, reach: np.ndarray, label: np.ndarray, out: np.ndarray,
    lo: int, hi: int,
) -> None:  # fmt: skip
    """Sums over the pixels whose centres lie within ``reach`` (units of a) of objects [lo, hi).

    ``out`` (n, 3) float64: light of the object and the sky around it, the same times the elliptical
    radius in units of ``a``, light of neighbours: pixels that the segmentation gives to another
    object. nan pixels are left out of all.
    """
    ny, nx = flat.shape
    for k in range(lo, hi):
        light, moment, others = 0.0, 0.0, 0.0
        if math.isfinite(x[k]) and math.isfinite(y[k]):
            cosine, sine = math.cos(theta[k]), math.sin(theta[k])
            wide, narrow = reach[k] * a[k], reach[k] * b[k]
            dx_max = math.sqrt((wide * cosine) ** 2 + (narrow * sine) ** 2)
            dy_max = math.sqrt((wide * sine) ** 2 + (narrow * cosine) ** 2)
            first = max(0, math.ceil(y[k] - dy_max))
            last = min(ny - 1, math.floor(y[k] + dy_max))
            left = max(0, math.ceil(x[k] - dx_max))
            right = min(nx - 1, math.floor(x[k] + dx_max))
            limit = reach[k] * reach[k]
            for j in range(first, last + 1):
                dy = j - y[k]
                for i in range(left, right + 1):
                    dx = i - x[k]
                    u = (dx * cosine + dy * sine) / a[k]
                    v = (dy * cosine - dx * sine) / b[k]
                    r2 = u * u + v * v
                    value = np.float64(flat[j, i])
                    if r2 > limit or not math.isfinite(value):
                        continue
                    owner = segmentation[j, i]
                    if owner != 0 and owner != label[k]:
                        others += value
                    else:
                        light += value
                        moment += math.sqrt(r2) * value
        out[k, 0], out[k, 1], out[k, 2] = light, moment, others
