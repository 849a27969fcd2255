"""The desktop finds the program, its icon and its files; the wheel brings what the window needs."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as tree
from pathlib import Path

import h5py
import pytest

from lightledger.domain.recipe import Catalogues, Measuring, Presenting, Recipe

ROOT = Path(__file__).resolve().parents[2]
PACKAGING, RESOURCES = ROOT / "packaging", ROOT / "resources"
MIME = "application/x-lightledger"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
posix = pytest.mark.skipif(os.name != "posix", reason="shell scripts")


def png_size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def read_desktop(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path, encoding="utf-8")
    return parser["Desktop Entry"]


def test_icons_have_their_sizes_and_the_drawing_is_xml() -> None:
    for size in SIZES:
        assert png_size(RESOURCES / "icons" / f"lightledger-{size}.png") == (size, size)
    for drawing in (
        RESOURCES / "icons" / "lightledger.svg",
        PACKAGING / "icons" / "lightledger.svg",
        PACKAGING / "icons" / "lightledger-small.svg",
    ):
        assert tree.parse(drawing).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    shipped = (RESOURCES / "icons" / "lightledger.svg").read_bytes()
    assert shipped == (PACKAGING / "icons" / "lightledger.svg").read_bytes()


def test_the_wheel_brings_the_resources() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["resources"] == "lightledger/resources"


def test_the_desktop_entry_is_valid_and_starts_a_command_that_exists() -> None:
    path = PACKAGING / "lightledger.desktop"
    entry = read_desktop(path)
    assert entry["Type"] == "Application"
    program, argument = entry["Exec"].split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert program in project["gui-scripts"]
    assert argument == "%F"
    assert MIME in entry["MimeType"].split(";")
    for key in ("Categories", "Keywords", "MimeType"):
        assert entry[key].endswith(";")
    checker = shutil.which("desktop-file-validate")
    if checker:
        done = subprocess.run([checker, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "Desktop").mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    return env | {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "share"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DESKTOP_DIR": str(tmp_path / "Desktop"),
    }


def install(home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(PACKAGING / "install-user.sh"), *arguments],
        env=home, capture_output=True, text=True,
    )  # fmt: skip


def program_in(folder: Path) -> Path:
    program = folder / "a place" / "lightledger-window"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


@posix
def test_the_script_installs_for_one_user_and_takes_everything_back(
    home: dict[str, str], tmp_path: Path
) -> None:
    program = program_in(tmp_path)
    share = tmp_path / "share"
    done = install(home, "--command", str(program))
    assert done.returncode == 0, done.stderr
    entry = read_desktop(share / "applications" / "lightledger.desktop")
    assert entry["Exec"] == f'"{program}" %F'
    assert entry["TryExec"] == str(program)
    assert png_size(share / "icons/hicolor/48x48/apps/lightledger.png") == (48, 48)
    assert (share / "icons/hicolor/256x256/mimetypes/application-x-lightledger.png").is_file()
    assert (share / "mime" / "packages" / "lightledger.xml").is_file()

    assert install(home, "--uninstall").returncode == 0
    left = [p for p in tmp_path.rglob("*lightledger*") if p.is_file() and p != program]
    assert left == []


@posix
def test_out_of_a_bundle_the_script_links_the_command_too(
    home: dict[str, str], tmp_path: Path
) -> None:
    bundle = tmp_path / "a bundle"
    shutil.copytree(RESOURCES / "icons", bundle / "_internal/lightledger/resources/icons")
    for name in ("install-user.sh", "lightledger.desktop", "lightledger-mime.xml"):
        shutil.copy(PACKAGING / name, bundle)
    for name in ("lightledger", "lightledger-window"):
        (bundle / name).write_text("#!/bin/sh\n")
        (bundle / name).chmod(0o755)
    script = ["sh", str(bundle / "install-user.sh")]
    link = tmp_path / ".local/bin/lightledger"
    for _ in range(2):
        subprocess.run(script, env=home, check=True, capture_output=True)
        assert link.readlink() == bundle / "lightledger"
    entry = read_desktop(tmp_path / "share/applications/lightledger.desktop")
    assert entry["Exec"] == f'"{bundle}/lightledger-window" %F'
    for _ in range(2):
        subprocess.run([*script, "--uninstall"], env=home, check=True, capture_output=True)
        assert not link.is_symlink()
    link.symlink_to("/bin/true")  # somebody else's stays
    for words in (script, [*script, "--uninstall"]):
        subprocess.run(words, env=home, check=True, capture_output=True)
        assert link.readlink() == Path("/bin/true")


@posix
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--comand", "x"], "unknown option --comand"),
        (["--command"], "--command needs"),
        (["--command", "/nowhere/lightledger-window"], "is not a program"),
    ],
)
def test_the_script_refuses_by_one_line(
    home: dict[str, str], tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = install(home, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "share").exists()


@pytest.fixture
def hdf5_files(one_visit_store: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A real store, and somebody else's file with some of its words."""
    other = tmp_path / "other.h5"
    with h5py.File(other, "w", libver=("v108", "v108")) as file:
        file.attrs["format"] = "not lightledger"
        file["bands"] = list(range(100))
        file["objects"] = list(range(100))
    return one_visit_store, other


@posix
@pytest.mark.skipif(not shutil.which("update-mime-database"), reason="needs shared-mime-info")
def test_stores_are_recognised_and_other_hdf5_files_left_alone(
    home: dict[str, str], tmp_path: Path, hdf5_files: tuple[Path, Path]
) -> None:
    assert install(home, "--command", str(program_in(tmp_path))).returncode == 0
    # Qt's own reader of the database, in a process that sees the new home.
    code = (
        "import sys\nfrom PySide6.QtCore import QMimeDatabase\n"
        "for path in sys.argv[1:]: print(QMimeDatabase().mimeTypeForFile(path).name())"
    )
    pytest.importorskip("PySide6")
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, hdf5_files)],
        env=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    store, other = done.stdout.split()
    assert store == MIME
    assert other in ("application/x-hdf", "application/x-hdf5")


@posix
@pytest.mark.skipif(not shutil.which("gio"), reason="needs gio")
@pytest.mark.skipif(not shutil.which("update-mime-database"), reason="needs shared-mime-info")
def test_a_double_click_on_a_store_starts_the_window(
    home: dict[str, str], tmp_path: Path, hdf5_files: tuple[Path, Path]
) -> None:
    """Gio is what file managers of GNOME, XFCE and MATE ask and start programs with."""
    program, heard = program_in(tmp_path), tmp_path / "heard"
    os.mkfifo(heard)
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{heard}"\n')
    assert install(home, "--command", str(program)).returncode == 0
    kind = subprocess.run(
        ["gio", "info", "-a", "standard::content-type", str(hdf5_files[0])],
        env=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert MIME in kind.stdout
    listener = subprocess.Popen(["cat", str(heard)], stdout=subprocess.PIPE, text=True)
    try:
        subprocess.run(["gio", "open", str(hdf5_files[0])], env=home, check=True, timeout=60)
        said, _ = listener.communicate(timeout=60)
    finally:
        listener.kill()
        listener.wait()
    assert said == str(hdf5_files[0])


def test_the_example_recipe_parses_and_shows_every_setting() -> None:
    text = (RESOURCES / "recipe-example.toml").read_text(encoding="utf-8")
    recipe = Recipe.from_toml(text, "recipe-example.toml")
    table = tomllib.loads(text)
    assert set(table["measuring"]) == set(Measuring.__dataclass_fields__)
    assert set(table["catalogues"]) == set(Catalogues.__dataclass_fields__)
    assert set(table["presenting"]) == set(Presenting.__dataclass_fields__)
    # As its comment says, only this differs from leaving everything out.
    assert recipe.with_measuring(radii_px=()) == Recipe()


@posix
@pytest.mark.parametrize(
    "name", ["install-user.sh", "system-libraries.sh", "make-venv.sh", "../.ci/run"]
)
def test_scripts_are_sound_and_can_be_started(name: str) -> None:
    path = PACKAGING / name
    assert os.access(path, os.X_OK)
    shell = path.read_text(encoding="utf-8").split("\n", 1)[0].rsplit("/", 1)[-1].split()[-1]
    subprocess.run([shell, "-n", str(path)], check=True)
