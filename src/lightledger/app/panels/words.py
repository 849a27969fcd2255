"""Short texts that are drawn again and again, laid out and measured once."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText

_SIZES: dict[tuple[str, str], tuple[float, float]] = {}
_MOST = 4096


@lru_cache(maxsize=1024)
def still(words: str) -> QStaticText:
    """A text that keeps its glyphs' places from one painting to the next."""
    text = QStaticText(words)
    text.setTextFormat(Qt.TextFormat.PlainText)
    return text


def size_of(words: str, font: QFont) -> tuple[float, float]:
    """Width and height of a line, pixels."""
    key = words, font.key()
    if key not in _SIZES:
        if len(_SIZES) >= _MOST:
            _SIZES.clear()
        metrics = QFontMetricsF(font)
        _SIZES[key] = metrics.horizontalAdvance(words), metrics.height()
    return _SIZES[key]
