"""Objects on a coadd, detected in a child process.

sep holds the GIL while it works, which would freeze the window; so it runs in a process of its own
that is given a folder with arrays and leaves arrays there.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from lightledger.domain import Cancelled, LightledgerError

from . import detection_child

#: Columns of `detect`: name to meaning.
COLUMNS: dict[str, str] = {
    "x": "windowed centre, 0-based pixels",
    "y": "windowed centre, 0-based pixels",
    "half_light_px": "radius of half of the light, pixels",
    "a_px": "semi-major axis (second moment), pixels",
    "b_px": "semi-minor axis (second moment), pixels",
    "theta_deg": "position angle of the major axis, from x towards y, degrees",
    "flux": "isophotal flux above the background, unit of the coadd",
    "peak": "highest pixel above the background, unit of the coadd",
    "npix": "pixels above the threshold",
    "sep_flags": "1 blended, 2 cut by the border, 8 and more: problems of the extraction",
    "snr": "isophotal flux over its background noise",
    "edge": "distance to the border of the coadd or to a region without data, pixels",
}
_POLL_S = 0.02


def in_bundle() -> bool:
    """Whether this is a frozen application, whose executable is no Python interpreter."""
    return bool(getattr(sys, "frozen", False))


class _Child(Protocol):
    def finished(self, seconds: float) -> bool: ...
    def kill(self) -> None: ...


class _Command:
    """``python -m`` in a process that imports nothing of ours but the child's module."""

    def __init__(self, folder: Path) -> None:
        package_root = str(Path(__file__).resolve().parents[2])
        paths = [package_root, os.environ.get("PYTHONPATH", "")]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, paths)))
        # -P: a file of the user's that is named like a module must not be imported.
        command = [sys.executable, "-P", "-m", detection_child.__name__, str(folder)]
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=hidden,
        )

    def finished(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class _Bundled:
    """In a bundle there is no interpreter to call: multiprocessing knows how to start itself."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=detection_child.work, args=(str(folder),))
        self._process.start()

    def finished(self, seconds: float) -> bool:
        self._process.join(seconds)
        return self._process.exitcode is not None

    def kill(self) -> None:
        if self._process.exitcode is None:
            self._process.kill()
        self._process.join()


def detect(
    image: np.ndarray,
    weight: np.ndarray | None = None,
    sigma: float = 5.0,
    min_pixels: int = 5,
    *,
    box: int = 64,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, np.ndarray]:
    """Detect and deblend objects on a coadd.

    Parameters
    ----------
    image : ndarray of float, shape (ny, nx)
        nan where there are no data.
    weight : ndarray of float, shape (ny, nx), optional
        Proportional to the inverse variance; 0 or nan: masked.
    sigma : float
        Threshold in units of the local noise.
    min_pixels : int
        Smallest number of connected pixels.
    box : int
        Side of a background mesh, pixels.
    cancelled : callable, optional
        Asked some 50 times a second; the child is killed when it says yes.

    Returns
    -------
    dict of str to ndarray, each of shape (n,)
        See `COLUMNS`; brightest first. float64, but ``npix`` and ``sep_flags`` int64.

    Raises
    ------
    LightledgerError
        No pixel with data, or the detection failed; one line.
    Cancelled
    """
    (found,) = _run(image, weight, (sigma,), min_pixels, box, cancelled)
    return found


def sweep(
    image: np.ndarray,
    sigmas: Sequence[float],
    weight: np.ndarray | None = None,
    min_pixels: int = 5,
    *,
    box: int = 64,
    cancelled: Callable[[], bool] | None = None,
) -> list[dict[str, np.ndarray]]:
    """`detect` at several thresholds with one child and one background, for a preview.

    Returns
    -------
    list of dict
        What `detect` returns for each of ``sigmas``, in their order.
    """
    return _run(image, weight, tuple(sigmas), min_pixels, box, cancelled)


def _run(
    image: np.ndarray,
    weight: np.ndarray | None,
    sigmas: tuple[float, ...],
    min_pixels: int,
    box: int,
    cancelled: Callable[[], bool] | None,
) -> list[dict[str, np.ndarray]]:
    image = np.ascontiguousarray(image, np.float32)
    if image.ndim != 2:
        raise LightledgerError("detection needs a two-dimensional image")
    if weight is not None and np.shape(weight) != image.shape:
        raise LightledgerError(
            f"the weight map has shape {np.shape(weight)}, the coadd {image.shape}"
        )
    with _folder() as folder:
        np.save(folder / "image.npy", image)
        if weight is not None:
            np.save(folder / "weight.npy", np.ascontiguousarray(weight, np.float32))
        request = {"sigmas": sigmas, "min_pixels": int(min_pixels), "box": int(box)}
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        _watch(folder, cancelled)
        return [_result(folder, k) for k in range(len(sigmas))]


@contextmanager
def _folder() -> Iterator[Path]:
    try:
        # On Windows a killed child may hold a file for a moment longer.
        with tempfile.TemporaryDirectory(
            prefix="lightledger-detect-", ignore_cleanup_errors=True
        ) as name:
            yield Path(name)
    except OSError as error:
        raise LightledgerError(
            f"no room for the detection's temporary files ({error.strerror or error})",
            tempfile.gettempdir(),
        ) from None


def _watch(folder: Path, cancelled: Callable[[], bool] | None) -> None:
    child: _Child = _Bundled(folder) if in_bundle() else _Command(folder)
    try:
        while not child.finished(_POLL_S):
            if cancelled is not None and cancelled():
                raise Cancelled("cancelled while detecting objects")
    finally:
        child.kill()
    answer = folder / "answer.json"
    for _ in range(5):  # a network folder may show a new file late
        if answer.exists():
            break
        time.sleep(_POLL_S)
    else:
        raise LightledgerError(
            "the detection process died before it answered",
            advice="there may be too little memory: detect on a smaller coadd",
        )
    said = json.loads(answer.read_text(encoding="utf-8"))
    if said["error"]:
        raise LightledgerError(str(said["error"]))


def _result(folder: Path, k: int) -> dict[str, np.ndarray]:
    table = np.load(folder / f"objects_{k}.npy", allow_pickle=False)
    return {name: np.ascontiguousarray(table[name]) for name in COLUMNS}
