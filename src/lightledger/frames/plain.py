"""Images that are no visits: coadds and weight maps need neither a time nor a band."""

from __future__ import annotations

import math
from pathlib import Path

from lightledger.domain import LightledgerError

from .frame import Frame
from .hdus import walk
from .layout import plane_shape
from .read import Image, read_image


def read_plane(path: str | Path) -> Image:
    """The first two-dimensional image of a FITS file.

    Raises
    ------
    LightledgerError
        Not FITS, damaged, or without such an image; one line naming the file.
    """
    path = Path(path)
    try:
        hdus = walk(path)
        for index, hdu in enumerate(hdus):
            if not hdu.is_image:
                continue
            shape, n_sub = plane_shape(hdu, hdu.cards.over(hdus[0].cards))
            return read_image(_frame(path, index, shape, n_sub))
    except LightledgerError as error:
        raise LightledgerError(error.what, path, error.advice) from None
    except OSError as error:
        raise LightledgerError(f"cannot be read ({error.strerror or error})", path) from None
    raise LightledgerError("holds no image", path)


def _frame(path: Path, hdu: int, shape: tuple[int, int], n_sub: int) -> Frame:
    return Frame(
        path=str(path.resolve()),
        name=path.name,
        hdu=hdu,
        visit="",
        band="",
        band_original="",
        kind="sci",
        shape=shape,
        n_sub=n_sub,
        size=0,
        mtime_ns=0,
        time=None,
        observer=None,
        setup="",
        unit="",
        pointing=None,
        object_name="",
        saturate=None,
        gain=None,
        read_noise=None,
        airmass_header=math.nan,
        has_wcs=True,
    )
