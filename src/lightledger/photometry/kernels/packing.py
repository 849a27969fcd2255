"""Few pixels of a large image, packed row after row, and where each of them went.

A bit per pixel says whether it is among them, 64 columns to a word; with the number of pixels
before each word, any stretch of a row is found without looking at the pixels in it.
"""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner, kernel

#: Columns to a word; one word more than a row needs, so that its end has a place, too.
BITS = 64
_ONE = np.uint64(1)
_M1, _M2, _M4 = (np.uint64(m) for m in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F))
_ONES = np.uint64(0x0101010101010101)


@inner
def ones_in(word: np.uint64) -> np.uint64:
    """Bits that are set; compilers know these lines and make one instruction of them."""
    word = word - ((word >> _ONE) & _M1)
    word = (word & _M2) + ((word >> np.uint64(2)) & _M2)
    word = (word + (word >> np.uint64(4))) & _M4
    return (word * _ONES) >> np.uint64(56)


@inner
def first_one(word: np.uint64) -> np.int64:
    """Place of the lowest bit that is set."""
    return np.int64(ones_in(~word & (word - _ONE)))


@inner
def packed_before(words: np.ndarray, starts: np.ndarray, row: int, column: int) -> np.uint64:
    """How many packed pixels come before this one, which may be one behind the end of its row."""
    word, bit = np.uintp(column) >> np.uintp(6), np.uint64(column) & np.uint64(63)
    below = words[row, word] & ((_ONE << bit) - _ONE)
    return np.uint64(starts[row, word]) + ones_in(below)


@kernel
def bright_words(
    coadd: np.ndarray, noise: np.ndarray, threshold: float, words: np.ndarray, lo: int, hi: int
) -> None:
    """Bits of the pixels with coadd > threshold x noise and > 0, rows [lo, hi).

    Parameters
    ----------
    coadd, noise : ndarray of float32, shape (ny, nx)
    words : ndarray of uint64, shape (ny, nx // BITS + 1)
    """
    nx = coadd.shape[1]
    limit = np.float32(threshold)
    for y in range(lo, hi):
        for w in range(words.shape[1]):
            depth, sigma = coadd[y, w * BITS : (w + 1) * BITS], noise[y, w * BITS : (w + 1) * BITS]
            word = np.uint64(0)
            for k in range(min(BITS, nx - w * BITS)):
                bright = (depth[k] > limit * sigma[k]) & (depth[k] > 0.0)
                word |= np.uint64(bright) << np.uint64(k)
            words[y, w] = word


@kernel
def ones_in_words(words: np.ndarray) -> np.int64:
    """Pixels whose bit is set."""
    count = np.uint64(0)
    for y in range(words.shape[0]):
        for w in range(words.shape[1]):
            count += ones_in(words[y, w])
    return np.int64(count)


@kernel
def pack_finite(
    image: np.ndarray, words: np.ndarray, starts: np.ndarray, values: np.ndarray, lo: int, hi: int
) -> None:
    """Pack all finite pixels of rows [lo, hi).

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    words, starts : ndarray of uint64 and of int64, shape (ny, nx // BITS + 1)
        Bits of the packed pixels, and how many come before each word.
    values : ndarray of float32, shape (> finite pixels,)
    """
    nx = image.shape[1]
    n = np.uintp(0)
    for y in range(lo, hi):
        for w in range(words.shape[1]):
            pixels = image[y, w * BITS : (w + 1) * BITS]
            word = np.uint64(0)
            starts[y, w] = n
            for k in range(min(BITS, nx - w * BITS)):
                # written always and kept when finite: no branch to guess
                finite = pixels[k] - pixels[k] == 0.0
                values[n] = pixels[k]
                n += np.uintp(finite)
                word |= np.uint64(finite) << np.uint64(k)
            words[y, w] = word


@kernel
def pack_ratios(
    flat: np.ndarray, subtract: np.ndarray, coadd: np.ndarray, bad: np.ndarray, asked: np.ndarray,
    words: np.ndarray, starts: np.ndarray, values: np.ndarray, lo: int, hi: int,
) -> None:  # fmt: skip
    """Pack (flat - subtract) / coadd of the good pixels that are asked for.

    Parameters
    ----------
    flat, coadd : ndarray of float32, shape (ny, nx)
    subtract : ndarray of float32, shape (ny, nx) or (0, 0)
        (0, 0): nothing.
    bad : ndarray of bool, shape (ny, nx)
    asked : ndarray of uint64, shape (ny, nx // BITS + 1)
        Of `bright_words`.
    words, starts, values
        As in `pack_finite`.
    """
    nx = flat.shape[1]
    has_subtract = subtract.shape[0] > 0
    ratios = np.empty(BITS, np.float32)
    n = np.uintp(0)
    for y in range(lo, hi):
        for w in range(asked.shape[1]):
            starts[y, w] = n
            words[y, w] = 0
            if asked[y, w] == np.uint64(0):
                continue
            # all 64 side by side in the processor's lanes, then those that are asked for
            first, stop = w * BITS, min((w + 1) * BITS, nx)
            image, depth, spoilt = flat[y, first:stop], coadd[y, first:stop], bad[y, first:stop]
            good = np.uint64(0)
            if has_subtract:
                level = subtract[y, first:stop]
                for k in range(image.size):
                    ratios[k] = np.divide(image[k] - level[k], depth[k])
            else:
                for k in range(image.size):
                    ratios[k] = np.divide(image[k], depth[k])
            for k in range(image.size):
                finite = ratios[k] - ratios[k] == 0.0
                good |= np.uint64(finite & (not spoilt[k])) << np.uint64(k)
            left = good & asked[y, w]
            words[y, w] = left
            while left != np.uint64(0):
                values[n] = ratios[first_one(left)]
                n += np.uintp(1)
                left &= left - _ONE
