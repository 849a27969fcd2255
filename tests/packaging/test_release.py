"""Wheel and sdist hold what they must; the bundle's parts fit the program they are made of."""

from __future__ import annotations

import importlib.util
import os
import plistlib
import re
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import lightledger

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A script of the packaging folder, as it is imported there."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    spec = importlib.util.spec_from_file_location(
        f"packaging_{Path(name).stem}", PACKAGING / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_wheel_and_sdist_hold_what_they_must(tmp_path, monkeypatch) -> None:
    release = load("release", monkeypatch)
    sdist, wheel = sorted(
        release.build(tmp_path, "sdist", "wheel"), key=lambda p: p.suffix != ".gz"
    )
    release.check_sdist(sdist)
    release.check_wheel(wheel)
    assert wheel.name.split("-")[1] == lightledger.__version__


def test_the_version_is_said_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert "version" not in citation
    assert citation["license"] == project["license"]
    assert {"cff-version", "title", "message", "authors"} <= set(citation)


def test_the_specification_and_scripts_are_python() -> None:
    for path in [PACKAGING / "lightledger.spec", *PACKAGING.rglob("*.py")]:
        compile(path.read_text(encoding="utf-8"), str(path), "exec")


def test_a_bundle_leaves_out_nothing_that_we_import(monkeypatch) -> None:
    leanness = load("leanness", monkeypatch)
    sources = "\n".join(p.read_text() for p in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r"^\s*(?:from|import) ([\w.]+)", sources, re.MULTILINE))
    # optional, and offered by extras that no bundle has
    elsewhere = {"distributed", "dask", "duckdb", "zarr", "pandas", "xarray", "photutils"}
    for name in leanness.EXCLUDED:
        users = {u for u in used if u == name or u.startswith(f"{name}.")}
        assert not users or name.partition(".")[0] in elsewhere, name
    assert "lightledger.cli.ingest" in leanness.our_modules()
    assert "lightledger" in leanness.our_modules()


@pytest.mark.parametrize(
    ("place", "needed"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforms/qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqminimal.so", False),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6/Qt/lib/libQt6Network.so.6", True),
        ("astropy/tests/__init__.py", True),
        ("astropy/io/fits/tests/data/test0.fits", False),
        ("pyarrow/libarrow_python.so", False),
        ("pyarrow/libarrow_python.so.2600", True),
        ("pyarrow/libarrow_substrait.so.2600", True),
        ("lightledger/resources/icons/lightledger.svg", True),
        ("lightledger/resources/manual/README.md", True),
        ("lightledger/FORMAT.md", True),
        ("libcairo.so.2", False),
    ],
)
def test_what_a_bundle_needs(place, needed, monkeypatch) -> None:
    assert load("leanness", monkeypatch).is_needed(place) is needed


def test_macos_is_told_in_its_own_words(monkeypatch) -> None:
    made = load("leanness", monkeypatch).plist("1.2.3")
    assert plistlib.loads(plistlib.dumps(made)) == made
    assert all(kind["LSHandlerRank"] != "Owner" for kind in made["CFBundleDocumentTypes"])
    entitled = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert entitled["com.apple.security.cs.allow-jit"] is True


def test_icons_of_macos_and_windows(monkeypatch, tmp_path) -> None:
    containers = load("icons/containers", monkeypatch)
    icons = ROOT / "resources" / "icons"
    icns, ico = containers.icns(icons), containers.ico(icons)
    kind, length = struct.unpack(">4sI", icns[:8])
    assert (kind, length) == (b"icns", len(icns))
    place, kinds = 8, []
    while place < length:
        name, size = struct.unpack(">4sI", icns[place : place + 8])
        assert icns[place + 8 : place + 12] == b"\x89PNG"
        kinds.append(name)
        place += size
    assert place == length
    assert len(kinds) == len(set(kinds)) == 6
    # Qt reads both, as the systems do
    QtGui = pytest.importorskip("PySide6.QtGui")
    for name, data in (("a.icns", icns), ("a.ico", ico)):
        (tmp_path / name).write_bytes(data)
        reader = QtGui.QImageReader(str(tmp_path / name))
        assert reader.canRead()
        assert not reader.read().isNull()
    assert struct.unpack("<HHH", ico[:6]) == (0, 1, 7)


def test_the_windows_installer_names_what_is_built() -> None:
    """Inno Setup's own compiler runs on Windows alone: sections, and the files they name."""
    text = (PACKAGING / "windows" / "lightledger.iss").read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert {"Setup", "Files", "Icons", "Registry", "Run"} <= set(sections)
    spec = (PACKAGING / "lightledger.spec").read_text(encoding="utf-8")
    for program in re.findall(r"\{app\}\\([\w-]+)\.exe", text):
        assert f'"{program}"' in spec
    assert "..\\..\\build\\bundle\\lightledger\\*" in text
    # Other programs' HDF5 files stay theirs: an offer, not the association itself.
    assert not re.search(r'Classes\\\.h5";', text)
    for entry in re.findall(r"^Root: .*$", text, re.MULTILINE):
        assert entry.count('"') % 2 == 0


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_the_script_of_the_disk_image_is_sound() -> None:
    subprocess.run(["sh", "-n", str(PACKAGING / "macos" / "make-dmg.sh")], check=True)


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg-deb")
def test_the_debian_package_of_a_small_folder(tmp_path, monkeypatch) -> None:
    deb = load("deb", monkeypatch)
    folder = tmp_path / "lightledger"
    folder.mkdir()
    for name in ("lightledger", "LICENSE"):
        (folder / name).write_text("#!/bin/sh\n")
    (folder / "lightledger").chmod(0o755)
    (folder / "lightledger-window").symlink_to("lightledger")
    made = deb.make(folder, tmp_path, "1.2.3")
    listed = subprocess.run(
        ["dpkg-deb", "--contents", str(made)], capture_output=True, text=True, check=True
    ).stdout
    for place in (
        "./usr/lib/lightledger/lightledger\n",
        "./usr/bin/lightledger-window -> ../lib/lightledger/lightledger-window",
        "./usr/share/applications/lightledger.desktop",
        "./usr/share/mime/packages/lightledger.xml",
        "./usr/share/icons/hicolor/256x256/mimetypes/application-x-lightledger.png",
    ):
        assert place in listed
    version = subprocess.run(
        ["dpkg-deb", "--field", str(made), "Version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.strip() == "1.2.3"


@pytest.mark.parametrize("module", ["lightledger.photometry.detection_child", "os"])
def test_the_programs_entry_answers_for_our_modules_only(module, tmp_path) -> None:
    """As detection starts its child in a bundle, where sys.executable is the program."""
    (tmp_path / "request.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, str(PACKAGING / "entry.py"), "-P", "-m", module, str(tmp_path)],
        capture_output=True, text=True,
    )  # fmt: skip
    ours = module != "os"
    assert (tmp_path / "answer.json").exists() is ours
    assert done.returncode == (0 if ours else 2)


@pytest.mark.skipif("LIGHTLEDGER_BUNDLE" not in os.environ, reason="LIGHTLEDGER_BUNDLE names none")
def test_a_bundle_that_is_there_works(tmp_path) -> None:
    subprocess.run(
        [sys.executable, str(PACKAGING / "smoke.py"), os.environ["LIGHTLEDGER_BUNDLE"],
         "--keep", str(tmp_path)],
        check=True,
    )  # fmt: skip
