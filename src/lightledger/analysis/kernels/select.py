"""Order statistics by quickselect: the k-th smallest without sorting the rest."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def select(a: np.ndarray, n: int, k: int) -> float:
    """The k-th smallest (from 0) of ``a[:n]``, which is reordered: a[:k] <= a[k] <= a[k+1:n].

    Hoare (1961, Comm. ACM 4, 321), pivot by median of three. No nan.
    """
    lo = 0
    hi = n - 1
    while lo < hi:
        middle = (lo + hi) >> 1
        if a[middle] < a[lo]:
            a[middle], a[lo] = a[lo], a[middle]
        if a[hi] < a[lo]:
            a[hi], a[lo] = a[lo], a[hi]
        if a[hi] < a[middle]:
            a[hi], a[middle] = a[middle], a[hi]
        pivot = a[middle]
        i = lo
        j = hi
        while i <= j:
            while a[i] < pivot:
                i += 1
            while pivot < a[j]:
                j -= 1
            if i <= j:
                a[i], a[j] = a[j], a[i]
                i += 1
                j -= 1
        if k <= j:
            hi = j
        elif k >= i:
            lo = i
        else:
            break
    return a[k]


@njit(nogil=True, cache=True)
def median_of(a: np.ndarray, n: int) -> float:
    """Median of ``a[:n]`` (reordered); the mean of the middle two when n is even; nan for none."""
    if n == 0:
        return np.nan
    k = n >> 1
    upper = select(a, n, k)
    if n & 1:
        return upper
    lower = a[0]
    for i in range(1, k):
        if a[i] > lower:
            lower = a[i]
    return 0.5 * (lower + upper)
