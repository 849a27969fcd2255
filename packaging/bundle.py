"""Build the bundle of this machine: ``python packaging/bundle.py`` (make bundle).

Leaves ``build/bundle/lightledger`` (on macOS also ``Lightledger.app``) and, on Linux, a tarball and
a .deb in ``dist``. To run in an environment that has what is to be bundled, and PyInstaller.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import leanness
import notices

from lightledger import __version__

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD, DIST = ROOT / "build" / "bundle", ROOT / "dist"
#: Limits of what we ask people to store and to fetch, bytes.
MOST_UNPACKED, MOST_PACKED = 600_000_000, 180_000_000


def build() -> Path:
    """Run PyInstaller; the folder with the program."""
    work = ROOT / "build" / "pyinstaller"
    where = ["--workpath", str(work), "--distpath", str(BUILD)]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *where]
    subprocess.run([*command, str(HERE / "lightledger.spec")], cwd=ROOT, check=True)  # noqa: S603
    folder = BUILD / "lightledger"
    notices.write(folder / notices.NAME)
    if sys.platform == "linux":
        (folder / "lightledger-window").symlink_to("lightledger")
        make_lean(folder / "_internal")
        add_desktop_files(folder)
    return folder


def make_lean(internal: Path) -> None:
    """Without tables of symbols: a tenth smaller."""
    strip = shutil.which("strip")
    files = [f for pattern in leanness.STRIPPED for f in internal.glob(pattern)]
    if strip:
        subprocess.run([strip, "--strip-unneeded", *map(str, files)], check=True)  # noqa: S603


def add_desktop_files(folder: Path) -> None:
    """What install-user.sh needs beside it, and what a person looks for."""
    for name in ("install-user.sh", "lightledger.desktop", "lightledger-mime.xml"):
        shutil.copy(HERE / name, folder / name)
    for name in ("LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)


def pack(folder: Path) -> Path:
    """The tarball: one folder with the version in its name."""
    DIST.mkdir(exist_ok=True)
    name = f"lightledger-{__version__}-linux-{platform.machine()}"
    path = DIST / f"{name}.tar.xz"

    owner = ["--owner=root:0", "--group=root:0", "--sort=name"]
    rename = f"--transform=flags=r;s,^{folder.name},{name},"
    command = ["tar", *owner, rename, "-C", str(folder.parent), "-cJf", str(path), folder.name]
    threads = {"XZ_OPT": "-6 -T0"}  # all processors
    subprocess.run(command, env={**os.environ, **threads}, check=True)  # noqa: S603
    return path


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder, links not counted."""
    return sum(f.lstat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())


def say_size(path: Path, n_bytes: int, most: int) -> None:
    print(f"{path}: {n_bytes / 1e6:,.0f} MB (at most {most / 1e6:,.0f})")
    if n_bytes > most:
        sys.exit(f"{path} is too large")


def main() -> None:
    folder = build()
    say_size(folder, size_of(folder), MOST_UNPACKED)
    if sys.platform == "linux":
        import deb

        for path in (pack(folder), deb.make(folder, DIST, __version__)):
            say_size(path, path.stat().st_size, MOST_PACKED)


if __name__ == "__main__":
    main()
