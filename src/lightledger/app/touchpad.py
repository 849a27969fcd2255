"""What two fingers do on a touchpad: they move the view, and pinching zooms it.

A wheel is no touchpad: it zooms. Only wheels that lean sideways (or are turned with Alt) move.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QWheelEvent

#: Pixels that a view moves for one notch (120 eighths of a degree) of a wheel.
_NOTCH_PX = 60.0


class Touch(NamedTuple):
    """A step of two fingers.

    Attributes
    ----------
    where : QPointF
        Place in the widget.
    by : QPointF
        How far the content follows them, logical pixels.
    factor : float
        How much larger it becomes.
    """

    where: QPointF
    by: QPointF
    factor: float


def touch_of(event: QEvent) -> Touch | None:
    """The step that an event stands for; None for any other event, such as one of a wheel."""
    if isinstance(event, QNativeGestureEvent):
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return None
        return Touch(event.position(), QPointF(), max(1.0 + event.value(), 0.1))
    if not isinstance(event, QWheelEvent):
        return None
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:  # a pinch, on some systems
        return None
    angle, pixels = event.angleDelta(), event.pixelDelta()
    touchpad = (
        event.phase() != Qt.ScrollPhase.NoScrollPhase
        or event.device().type() == QInputDevice.DeviceType.TouchPad
    )
    if not touchpad and (angle.y() or not angle.x()):
        return None
    notches = QPointF(angle) * (_NOTCH_PX / 120)
    return Touch(event.position(), notches if pixels.isNull() else QPointF(pixels), 1.0)
