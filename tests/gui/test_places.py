"""Portable: everything in one folder, by a variable, an option, or a file beside the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lightledger.installation import places


def test_portable_keeps_everything_in_one_folder(tmp_path: Path):
    program = """
from lightledger.installation import places
folders = [getattr(places, name)() for name in
           ("config_folder", "state_folder", "data_folder", "log_folder", "cache_folder")]
print(*(folder.relative_to(places.portable_folder()) for folder in folders), sep="\\n")
from lightledger.app.settings import Settings, THEME
Settings().set(THEME, "dark")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"LIGHTLEDGER_HOME": str(tmp_path), "PATH": "", "HOME": "/nowhere"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.split() == ["settings", "state", "data", "logs", "cache"]
    assert 'theme = "dark"' in (tmp_path / "settings" / "settings.toml").read_text()


def test_portable_by_option_and_by_a_file_beside_the_program(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "lightledger")])
    monkeypatch.delenv(places.VARIABLE, raising=False)
    assert places.portable_folder() is None
    given: dict[str, str] = {}
    assert places.take_option(["field.h5", "--portable"], given) == ["field.h5", "--portable"]
    assert places.take_option(["--portable", "field.h5"], given) == ["field.h5"]
    assert given == {places.VARIABLE: str(tmp_path / "lightledger-data")}
    assert places.take_option([f"--portable={tmp_path / 'x'}", "doctor"], given) == ["doctor"]
    assert given == {places.VARIABLE: str(tmp_path / "x")}
    (tmp_path / places.MARKER).touch()
    assert places.config_folder() == tmp_path / "lightledger-data" / "settings"
