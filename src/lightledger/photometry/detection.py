"""Objects on a coadd, detected in a child process.

sep holds the GIL while it works, which would freeze the window; so it runs in a process of its own
that is given a folder with arrays and leaves arrays there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Cancelled, LightledgerError

from . import detection_child
from .coadd import Surface, filter_noise

#: Columns of a `Detection`: name to meaning.
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
_PREFIX = "lightledger-detect-"
#: No detection takes as long.
_STALE_S = 86_400


class _Child:
    """``python -m`` in a process that imports nothing of ours but the child's module.

    A bundle's program understands the same command, see packaging/entry.py.
    """

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


@dataclass(frozen=True)
class Detection:
    """Objects and whose pixel each is.

    Attributes
    ----------
    objects : dict of str to ndarray, each of shape (n,)
        See `COLUMNS`; brightest first. float64, but ``npix`` and ``sep_flags`` int64.
    segmentation : ndarray of int32, shape (ny, nx)
        Object k has the pixels of value k + 1; 0 is sky.
    """

    objects: dict[str, np.ndarray]
    segmentation: np.ndarray

    def __len__(self) -> int:
        return int(self.objects["x"].size)

    def without(self, drop: np.ndarray) -> Detection:
        """Those not in ``drop`` (bool, shape (n,)); the pixels of the others become sky."""
        value = np.zeros(len(self) + 1, np.int32)
        value[1:][~drop] = np.arange(1, np.count_nonzero(~drop) + 1)
        objects = {name: column[~drop] for name, column in self.objects.items()}
        return Detection(objects, value[self.segmentation])


def detect(
    surface: Surface,
    sigma: float = 5.0,
    min_pixels: int = 5,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Detection:
    """Detect and deblend objects on a coadd.

    Bertin & Arnouts (1996, A&AS 117, 393) by sep (Barbary 2016, JOSS 1, 58): SExtractor's
    3 x 3 filter, deblending (32 levels, contrast 0.005) and cleaning. (sep's own 'matched' filter
    records thresholds in another unit than cleaning expects, which costs faint isolated objects.)

    Parameters
    ----------
    surface : Surface
        From `flatten`.
    sigma : float
        Threshold in units of the noise of the filtered coadd. SExtractor counts in those of the
        unfiltered one: its DETECT_THRESH is `filter_noise` times this (0.375 for white noise).
    min_pixels : int
        Smallest number of connected pixels.
    cancelled : callable, optional
        Asked some 50 times a second; the child is killed when it says yes.

    Raises
    ------
    LightledgerError
        The detection failed; one line.
    Cancelled
    """
    with _folder() as folder:
        np.save(folder / "flat.npy", surface.flat)
        np.save(folder / "noise.npy", surface.noise)
        threshold = float(sigma) * filter_noise(surface)
        request = {"threshold": threshold, "min_pixels": int(min_pixels)}
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        _watch(folder, cancelled)
        table = np.load(folder / "objects.npy", allow_pickle=False)
        objects = {name: np.ascontiguousarray(table[name]) for name in COLUMNS}
        return Detection(objects, np.load(folder / "segmentation.npy", allow_pickle=False))


@contextmanager
def _folder() -> Iterator[Path]:
    try:
        _sweep()
        # On Windows a killed child may hold a file for a moment longer.
        with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise LightledgerError(
            f"no room for the detection's temporary files ({error.strerror or error})",
            tempfile.gettempdir(),
        ) from None


def _sweep() -> None:
    """Remove what runs left that were killed while detecting: a large coadd is 200 MB."""
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _STALE_S:
                shutil.rmtree(old, ignore_errors=True)


def _watch(folder: Path, cancelled: Callable[[], bool] | None) -> None:
    child = _Child(folder)
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
