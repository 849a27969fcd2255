"""Keys as the window system sends them, held ones too: QTest can only press and let go."""

from __future__ import annotations

import ctypes
from pathlib import Path

import PySide6
import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget

_PRESS = QEvent.Type.KeyPress.value
_RELEASE = QEvent.Type.KeyRelease.value
#: qt_handleKeyEvent(QWindow *, QEvent::Type, int, modifiers, const QString &, bool, ushort)
_NAME = "_Z17qt_handleKeyEventP7QWindowN6QEvent4TypeEi6QFlagsIN2Qt16KeyboardModifierEERK7QStringbt"


def _handler():
    library = Path(PySide6.__file__).parent / "Qt" / "lib" / "libQt6Gui.so.6"
    try:
        send = getattr(ctypes.CDLL(str(library)), _NAME)
    except (OSError, AttributeError):
        pytest.skip("this build of Qt does not let keys in")
    send.argtypes = [
        ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_bool,
        ctypes.c_ushort,
    ]  # fmt: skip
    send.restype = None
    return send


def hold(widget: QWidget, key: Qt.Key, repeats: int = 0) -> None:
    """Press a key, repeat it as a held key does, and let it go."""
    send, no_text = _handler(), (ctypes.c_void_p * 3)()
    window = shiboken6.getCppPointer(widget.window().windowHandle())[0]
    text = ctypes.addressof(no_text)
    for again in range(repeats + 1):
        send(window, _PRESS, int(key), 0, text, again > 0, 1)
        if again < repeats:
            send(window, _RELEASE, int(key), 0, text, True, 1)
    send(window, _RELEASE, int(key), 0, text, False, 1)
