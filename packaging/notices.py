"""Third-party notices as one text: ``python packaging/notices.py [FILE]``.

Written from what is installed beside Lightledger in this environment: run it in the one that a
bundle is made from.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lightledger.installation.notices import notices

NAME = "THIRD-PARTY-NOTICES.txt"


def write(file: Path) -> Path:
    """Write the notices."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(notices(), encoding="utf-8")
    return file


if __name__ == "__main__":
    print(write(Path(sys.argv[1] if len(sys.argv) > 1 else NAME)))
