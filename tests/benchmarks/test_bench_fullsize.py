"""The full-size run with a hundredth of the objects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[1] / "torture" / "fullsize.py"


def test_full_size_in_small(tmp_path: Path, benchmark: Any) -> None:
    """500 objects x 1,200 visits x 40 measurements: written, appended to, read in every way."""
    figures = tmp_path / "figures.json"
    command = [
        sys.executable,
        str(SCRIPT),
        str(tmp_path),
        "--scale",
        "0.01",
        "--json",
        str(figures),
    ]

    def once() -> None:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print("\n" + done.stdout)
        assert done.returncode == 0

    benchmark.pedantic(once, rounds=1)
    found = json.loads(figures.read_text())
    assert found["points"] == 500 * 1200 * 40
    benchmark.extra_info.update(found)
