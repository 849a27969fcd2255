"""The Debian package of a bundle, made by dpkg-deb."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
ICONS = HERE.parent / "resources" / "icons"

#: Libraries of the system that a bundle leaves to it: graphics drivers, X, the C library.
_DEPENDS = (
    "libc6 (>= {glibc}), libegl1, libgl1, libopengl0, libfontconfig1, libx11-6, "
    "shared-mime-info, fonts-dejavu-core | fonts-freefont-ttf"
)

_CONTROL = """\
Package: lightledger
Version: {version}
Section: science
Priority: optional
Architecture: amd64
Maintainer: The Lightledger developers <lightledger@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Description: every object's light curve of one field imaged a thousand times
 Drop a folder of FITS frames of one field on the window: visits and bands are
 found, every object is measured in every image, each visit is corrected by an
 ensemble of comparison stars, and one HDF5 file holds all light curves.
 .
 The package brings its own Python, Qt and libraries and needs no network.
"""


def make(folder: Path, to: Path, version: str) -> Path:
    """Pack a bundle as ``lightledger_VERSION_amd64.deb`` into a folder."""
    with TemporaryDirectory() as name:
        root = Path(name) / "lightledger"
        program = root / "usr/lib/lightledger"
        shutil.copytree(folder, program, symlinks=True)
        for user_level in ("install-user.sh", "lightledger.desktop", "lightledger-mime.xml"):
            (program / user_level).unlink(missing_ok=True)
        lay_out(root, folder)
        kilobytes = sum(f.lstat().st_size for f in root.rglob("*") if not f.is_dir()) // 1024
        control = root / "DEBIAN" / "control"
        control.parent.mkdir()
        depends = _DEPENDS.format(glibc=needed_glibc(folder))
        control.write_text(_CONTROL.format(version=version, kilobytes=kilobytes, depends=depends))
        for path in [root, *root.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        to.mkdir(exist_ok=True)
        deb = to / f"lightledger_{version}_amd64.deb"
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(deb)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        return deb


def lay_out(root: Path, folder: Path) -> None:
    """Menu entry, file type, icons, licence, and the names of the program on the path."""
    share = root / "usr/share"
    _copy(HERE / "lightledger.desktop", share / "applications/lightledger.desktop")
    _copy(HERE / "lightledger-mime.xml", share / "mime/packages/lightledger.xml")
    for png in ICONS.glob("lightledger-*.png"):
        size = png.stem.rpartition("-")[2]
        for kind in ("apps/lightledger", "mimetypes/application-x-lightledger"):
            _copy(png, share / f"icons/hicolor/{size}x{size}/{kind}.png")
    _copy(ICONS / "lightledger.svg", share / "icons/hicolor/scalable/apps/lightledger.svg")
    _copy(folder / "LICENSE", share / "doc/lightledger/copyright")
    (root / "usr/bin").mkdir(parents=True)
    for name in ("lightledger", "lightledger-window"):
        (root / "usr/bin" / name).symlink_to(f"../lib/lightledger/{name}")


def needed_glibc(folder: Path) -> str:
    """The newest version of the C library that a file of the bundle asks for.

    Read from the names of versions in the files themselves, which stand there as plain text.
    """
    found = {(2, 28)}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and (".so" in path.name or path.suffix == ""):
            data = path.read_bytes()
            if data.startswith(b"\x7fELF"):
                names = re.findall(rb"\0GLIBC_2\.(\d+)(?=\0|\.)", data)
                found |= {(2, int(minor)) for minor in names}
    return "{}.{}".format(*max(found))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
