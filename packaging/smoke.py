"""Does a bundle work where there is nothing else? ``python packaging/smoke.py FOLDER [--keep DIR]``

As on a machine without Python and without a network: an empty home, no variable of ours, no
network interface where `unshare` may take it away. The bundle makes the demo field and measures it,
ingests three frames, opens its window under Xvfb, gets the store from a second start, is
photographed and asked to end. Linux; elsewhere what needs Xvfb is left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

#: Longest that any one step may take, seconds: the first one compiles all kernels.
_PATIENCE_S = 1800
#: Colours of a picture with text in it; a bare window has a few.
_COLOURS = 60
_FRAMES = ("IDF_gr10_ch1", "IDF_gr11_ch1", "IDF_gr12_ch1")


class Bundle:
    """A bundle's programs, started in an environment of nothing."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder.resolve(), home
        home.mkdir(exist_ok=True)
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        self.environment = {
            "HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(runtime), "QT_QPA_PLATFORM": "offscreen",
        }  # fmt: skip
        self._alone = _no_network()

    def start(self, program: str, *arguments: str | Path, **more: str) -> subprocess.Popen[str]:
        command = [*self._alone, str(self.folder / program), *map(str, arguments)]
        environment = {k: v for k, v in (self.environment | more).items() if v}
        return subprocess.Popen(  # noqa: S603
            command, env=environment, cwd=self.home, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str | Path) -> str:
        """One command that must end well; what it printed."""
        began = time.monotonic()
        process = self.start("lightledger", *arguments)
        out, err = process.communicate(timeout=_PATIENCE_S)
        words = " ".join(a.name if isinstance(a, Path) else a for a in arguments)
        if process.returncode or "Traceback" in err:
            sys.exit(f"lightledger {words}: exit status {process.returncode}\n{out}{err}")
        print(f"  {time.monotonic() - began:6.1f} s  lightledger {words}")
        return out


def _no_network() -> list[str]:
    """How to start a program that sees no network; empty where nobody may."""
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare"):
            done = subprocess.run([*words, "true"], capture_output=True, check=False)  # noqa: S603
            if done.returncode == 0:
                return words
    print("  (the network could not be taken away)")
    return []


class Screen:
    """What Xvfb shows: a file in X's own format of pictures."""

    def __init__(self, file: Path) -> None:
        head = np.fromfile(file, ">u4", 25)
        self.width, self.height, self._line = (int(head[i]) for i in (4, 5, 12))
        start = int(head[0] + 12 * head[19])
        shape = (self.height, self._line // 4)
        self.pixels = np.memmap(file, np.uint32, "r", start, shape)

    def n_colour(self) -> int:
        return len(np.unique(self.pixels[::3, ::2]))

    def rests(self) -> bool:
        """Whether nothing changes for two seconds."""
        before = self.pixels.copy()
        time.sleep(2)
        return bool((self.pixels == before).all())

    def save(self, png: Path) -> None:
        from PySide6.QtGui import QImage

        data = np.ascontiguousarray(self.pixels)
        kind = QImage.Format.Format_RGB32
        QImage(data.data, self.width, self.height, self._line, kind).save(str(png))


@contextmanager
def xvfb(folder: Path) -> Iterator[tuple[str, Screen]]:
    """An X server; the name of its display, and its screen."""
    read, write = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        "1280x800x24",
        "-fbdir",
        str(folder),
    ]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)  # noqa: S603
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        yield f":{number}", Screen(folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait()


def wait_for(what: str, there: Callable[[], bool], process: subprocess.Popen[str]) -> float:
    """Seconds until something is there; ends the whole when the program ended before."""
    began = time.monotonic()
    while not there():
        if process.poll() is not None or time.monotonic() - began > _PATIENCE_S:
            process.kill()
            sys.exit(f"the window went before {what}\n{process.stderr.read()}")
        time.sleep(0.02)
    return time.monotonic() - began


def try_window(bundle: Bundle, store: Path, keep: Path) -> None:
    """Start cold and warm; a second start brings the store; a picture; the end."""
    with TemporaryDirectory() as folder, xvfb(Path(folder)) as (display, screen):
        x = {"DISPLAY": display, "QT_QPA_PLATFORM": ""}
        for nth in ("first", "second", "third"):
            window = bundle.start("lightledger-window", **x)
            seconds = wait_for("it was painted", lambda: screen.n_colour() > _COLOURS, window)
            cpu = cpu_seconds(window.pid)
            print(
                f"  {seconds:6.2f} s  to a painted window, {nth} start ({cpu:.2f} s of processor)"
            )
            screen.save(keep / "start.png")
            if nth != "third":
                end(window, screen)
        second = bundle.start("lightledger-window", store, **x)
        if second.wait(_PATIENCE_S):
            sys.exit(f"the second start failed\n{second.stderr.read()}")
        wait_for("the store was open", lambda: has_open(window.pid, store), window)
        wait_for("the store was drawn", screen.rests, window)
        screen.save(keep / "store.png")
        end(window, screen)
    print("          a second start handed the store over; SIGTERM ended the window with 0")


def has_open(pid: int, file: Path) -> bool:
    """Whether a process reads a file; Linux."""
    return any(fd.samefile(file) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.exists())


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, its children not counted; Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def end(window: subprocess.Popen[str], screen: Screen) -> None:
    """Ask the window to end; it must do so in good order."""
    window.terminate()
    _, said = window.communicate(timeout=60)
    if window.returncode or "Traceback" in said:
        sys.exit(f"the window ended with {window.returncode}\n{said}")
    while screen.n_colour() > _COLOURS:
        time.sleep(0.02)


def take_three(demo: Path, to: Path) -> Path:
    """Three visits of the demo field, and its coadd."""
    frames = to / "per_aor"
    frames.mkdir(parents=True)
    for visit in _FRAMES:
        for file in (demo / "per_aor").glob(f"{visit}_*.fits"):
            shutil.copy(file, frames / file.name)
    shutil.copytree(demo / "superstack", to / "superstack")
    return to


def smoke(folder: Path, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="lightledger-smoke-") as name:
        bundle, demo = Bundle(folder, Path(name) / "home"), Path(name) / "demo"
        print(bundle.run("doctor"), end="")
        bundle.run("demo", demo)
        store = Path(name) / "three.h5"
        bundle.run("ingest", take_three(demo, Path(name) / "three"), "-o", store)
        bundle.run("verify", store)
        bundle.run("export", store, "--all", "-o", store.with_suffix(".parquet"))
        print(bundle.run("info", store).splitlines()[0])
        shutil.copy(demo / "demo.png", keep / "drawn.png")
        if shutil.which("Xvfb"):
            try_window(bundle, demo / "demo.h5", keep)
        else:
            print("  no Xvfb: the window was only drawn off screen")
    print(f"  pictures are in {keep}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("build/smoke"), help="for the pictures")
    asked = parser.parse_args()
    smoke(asked.folder, asked.keep)
