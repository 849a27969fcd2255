"""Wheel and sdist, tried where nothing else is: ``python packaging/release.py`` (make release).

The wheel is installed into empty environments, without the window and with it; `doctor` and `demo`
have to work there, far from the sources. The sdist has to give the same wheel.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
#: An sdist has no data: frames, stores and large arrays are made by whoever needs them.
_FOREIGN = (".fits", ".fz", ".h5", ".hdf5", ".parquet", ".gz", ".next")
MOST_FILE, MOST_SDIST = 400_000, 6_000_000


def build(to: Path, *kinds: str) -> list[Path]:
    """Build 'wheel' and 'sdist' into a folder."""
    asked = [word for kind in kinds for word in ("-t", kind)]
    command = [sys.executable, "-m", "hatchling", "build", *asked, "-d", str(to)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return sorted(to.glob("lightledger-*"))


def check_sdist(sdist: Path) -> None:
    """What a packager needs is in it, and nothing else."""
    with tarfile.open(sdist) as archive:
        files = {m.name.partition("/")[2]: m.size for m in archive if m.isfile()}
    for name in ("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff",
                 "Makefile", "src/lightledger/__init__.py", "resources/icons/lightledger.svg",
                 "packaging/lightledger.spec", "tests/conftest.py"):  # fmt: skip
        need(name in files, f"the sdist lacks {name}")
    for name, size in files.items():
        need(not name.endswith(_FOREIGN), f"data in the sdist: {name}")
        need(size <= MOST_FILE, f"large in the sdist: {name}, {size} bytes")
        need("__pycache__" not in name, f"leavings in the sdist: {name}")
    need(sdist.stat().st_size <= MOST_SDIST, f"{sdist} is too large")


def check_wheel(wheel: Path) -> None:
    """Modules and shipped files, no tests, one version."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        version = wheel.name.split("-")[1]
        own = archive.read("lightledger/__init__.py").decode()
    need(f'__version__ = "{version}"' in own, "the wheel's name and its module differ in version")
    for name in ("lightledger/__main__.py", "lightledger/resources/icons/lightledger.svg",
                 "lightledger/resources/manual/README.md", "lightledger/FORMAT.md",
                 f"lightledger-{version}.dist-info/licenses/LICENSE"):  # fmt: skip
        need(name in names, f"the wheel lacks {name}")
    ours = ("lightledger/", f"lightledger-{version}.dist-info/")
    for name in names:
        need(name.startswith(ours), f"foreign in the wheel: {name}")


def contents(wheel: Path) -> dict[str, str]:
    """Digest of every file in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {n: hashlib.sha256(archive.read(n)).hexdigest() for n in archive.namelist()}


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        sys.exit(otherwise)


class Empty:
    """An environment with nothing but what is installed into it, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        venv.create(folder / "env", with_pip=True)
        self._bin = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        self._home = folder / "home"
        self._home.mkdir()

    def install(self, what: str) -> None:
        command = [
            self._bin / "python",
            "-m",
            "pip",
            "-q",
            "--disable-pip-version-check",
            "install",
        ]
        subprocess.run([*command, what], cwd=self._folder, check=True)  # noqa: S603

    def run(self, *command: str, status: int = 0) -> str:
        """A program of the environment that must end with a status; all it said."""
        kept = {k: os.environ[k] for k in ("SYSTEMROOT", "LANG") if k in os.environ}
        own = {"HOME": str(self._home), "PATH": os.defpath, "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(  # noqa: S603
            [self._bin / command[0], *command[1:]], cwd=self._home, text=True, check=False,
            capture_output=True,
            env=kept | own,
        )  # fmt: skip
        said = done.stdout + done.stderr
        words = " ".join(command)
        need(done.returncode == status, f"{words}: exit status {done.returncode}\n{said}")
        need("Traceback" not in said, f"{words}:\n{said}")
        print(f"  {words}: {status}")
        return said


def try_wheel(wheel: Path) -> None:
    """Without the window everything else works and says what it lacks; then with it."""
    with TemporaryDirectory(prefix="lightledger-release-") as name:
        empty = Empty(Path(name))
        empty.install(str(wheel))
        where = empty.run("python", "-c", "import lightledger; print(lightledger.__file__)")
        need(name in where, f"not the wheel but {where} is imported")
        said = empty.run("lightledger", "doctor", status=1)
        need("lightledger[gui]" in said, "doctor does not say how to get the window")
        said = empty.run("lightledger", status=2)
        need("lightledger[gui]" in said, "the window does not say how to get it")
        said = empty.run("lightledger", "demo", "small", "--staring")
        need("lightledger[gui]" in said, "demo does not say that there is no picture")
        empty.run("lightledger", "verify", "small/staring.h5")

        empty.install(f"{wheel}[gui]")
        said = empty.run("lightledger", "doctor")
        need("MISSING" not in said, said)
        empty.run("lightledger", "demo", "dark")
        for file in ("dark/demo.h5", "dark/demo.csv", "dark/demo.png"):
            need((Path(name) / "home" / file).stat().st_size > 0, f"demo wrote no {file}")


def main() -> None:
    with TemporaryDirectory() as name:
        sdist, wheel = sorted(build(Path(name), "sdist", "wheel"), key=lambda p: p.suffix == ".whl")
        check_sdist(sdist)
        check_wheel(wheel)
        again = Path(name) / "again"
        pip = [
            sys.executable,
            "-m",
            "pip",
            "-q",
            "--disable-pip-version-check",
            "wheel",
            "--no-deps",
        ]
        subprocess.run([*pip, "-w", str(again), str(sdist)], check=True)  # noqa: S603
        need(contents(wheel) == contents(again / wheel.name), "the sdist gives another wheel")
        try_wheel(wheel)
        DIST.mkdir(exist_ok=True)
        for path in (sdist, wheel):
            (DIST / path.name).write_bytes(path.read_bytes())
    released = sorted(p for p in DIST.glob("lightledger*") if p.is_file())
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in released]
    (DIST / "SHA256SUMS").write_text("".join(sums))
    for path in released:
        print(f"{path}: {path.stat().st_size / 1e6:,.1f} MB")


if __name__ == "__main__":
    main()
