"""The rules of the house: layers, types, lint, light imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_look_down_only() -> None:
    done = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_lint(command: list[str]) -> None:
    done = run(sys.executable, "-m", "ruff", *command, "src", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


def test_types() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import lightledger", {"PySide6", "astropy", "scipy", "numba", "sep", "pyqtgraph"}),
        ("import lightledger.cli", {"PySide6", "astropy", "scipy", "numba", "sep", "pyqtgraph"}),
        ("import lightledger.app.main", {"astropy", "scipy", "numba", "sep"}),
    ],
)
def test_imports_stay_light(statement: str, unwanted: set[str]) -> None:
    done = run(sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & unwanted


def test_modules_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / "src").rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 300
    }
    assert not long
