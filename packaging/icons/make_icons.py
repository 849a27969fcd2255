"""Draw the icon at every size: ``python packaging/icons/make_icons.py`` (needs PySide6).

The results in ``resources/icons`` are kept in the repository; run this only after a change of the
drawings.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "resources" / "icons"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
#: Up to this size the simpler drawing is the clearer one.
SMALL = 48


def draw(drawing: str, size: int, name: str) -> None:
    """A square picture of a drawing."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(HERE / drawing)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    image.save(str(OUT / name))


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QGuiApplication([])
    OUT.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        drawing = "lightledger-small.svg" if size <= SMALL else "lightledger.svg"
        draw(drawing, size, f"lightledger-{size}.png")
    for scale, end in ((1, ""), (2, "@2x")):  # of a checked box
        draw("tick.svg", 14 * scale, f"tick{end}.png")
    (OUT / "lightledger.svg").write_bytes((HERE / "lightledger.svg").read_bytes())
    del app


if __name__ == "__main__":
    main()
