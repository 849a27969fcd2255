"""A touchpad: two fingers move what is shown, pinching zooms; a wheel zooms as ever."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from lightledger.app.periods.dock import PeriodsDock
from lightledger.app.sky.canvas import ImageCanvas

pytestmark = pytest.mark.window
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
PHASES = Qt.ScrollPhase


def scroll(widget: QWidget, at: QPointF, pixels: QPoint, angle: QPoint, phase, keys=NONE) -> None:
    whole = QPointF(widget.mapToGlobal(at.toPoint()))
    event = QWheelEvent(at, whole, pixels, angle, Qt.MouseButton.NoButton, keys, phase, False)
    QApplication.sendEvent(widget, event)


def fingers(widget: QWidget, at: QPointF, x: int, y: int) -> None:
    """Two fingers set down, moved and lifted; the system adds what they would glide on."""
    still = QPoint()
    scroll(widget, at, still, still, PHASES.ScrollBegin)
    scroll(widget, at, QPoint(x, y), QPoint(2 * x, 2 * y), PHASES.ScrollUpdate)
    scroll(widget, at, still, still, PHASES.ScrollEnd)


def wheel(widget: QWidget, at: QPointF, x: int, y: int, keys=NONE) -> None:
    scroll(widget, at, QPoint(), QPoint(x, y), PHASES.NoScrollPhase, keys)


def pinch(widget: QWidget, at: QPointF, by: float) -> None:
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        at, at, QPointF(widget.mapToGlobal(at.toPoint())), by, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.fixture
def opened(window, qtbot, store):
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    return window.open


def test_two_fingers_move_the_light_curves_and_a_pinch_zooms_them(opened):
    stack, times = opened.page.stack, opened.session.times
    view = stack.panels[0].view
    middle = QPointF(view.sceneBoundingRect().center().toPoint())
    opened.session.times.set_view(53_500, 54_500)
    days = view.viewPixelSize()[0]
    fingers(stack.viewport(), middle, 40, 3)
    assert np.allclose(times.view, (53_500 - 40 * days, 54_500 - 40 * days), atol=1e-6)
    for panel in stack.panels:
        assert np.allclose(panel.view.viewRange()[0], times.view)
    under = view.mapSceneToView(middle).x()
    pinch(stack.viewport(), middle, 0.25)
    assert np.ptp(times.view) == pytest.approx(1000 / 1.25)
    assert view.mapSceneToView(middle).x() == pytest.approx(under)
    before = times.view
    wheel(stack.viewport(), middle, 0, 120)  # of a mouse
    assert np.ptp(times.view) < np.ptp(before)
    before = times.view
    wheel(stack.viewport(), middle, 120, 0)  # one that leans
    assert np.ptp(times.view) == pytest.approx(np.ptp(before))
    assert times.view[0] < before[0]


def test_over_the_left_axis_two_fingers_move_brightness_alone(opened):
    stack = opened.page.stack
    panel = stack.panels[0]
    axis = QPointF(30, round(panel.plot_rect().center().y()))
    x, y = panel.view.viewRange()
    at = panel.view.mapSceneToView(axis).y()
    fingers(stack.viewport(), axis, 0, 25)
    assert panel.view.viewRange()[0] == x
    assert np.ptp(panel.view.viewRange()[1]) == pytest.approx(np.ptp(y))
    assert panel.view.mapSceneToView(axis + QPointF(0, 25)).y() == pytest.approx(at)


def test_many_panels_are_scrolled_by_two_fingers(opened):
    panels = opened.session.panels
    while panels.add(panels.focused):
        pass
    stack = opened.page.stack
    room = stack.parentWidget().parentWidget()
    stack.window().resize(1280, 500)
    bar = room.verticalScrollBar()
    QApplication.processEvents()
    assert bar.maximum() > 0
    bar.setValue(0)
    view, before = stack.panels[0].view, opened.session.times.view
    fingers(stack.viewport(), view.sceneBoundingRect().center(), 0, -60)
    assert bar.value() > 0
    assert opened.session.times.view == before


def test_diagram_and_evidence_follow_two_fingers(opened, window, qtbot):
    plot = window.docks.reveal("variability").plot
    qtbot.waitUntil(lambda: plot.points.drawn.any(), timeout=20_000)
    middle = QPointF(plot.view.sceneBoundingRect().center().toPoint())
    under = plot.view.mapSceneToView(middle)
    fingers(plot.viewport(), middle, 30, -20)
    now = plot.view.mapSceneToView(middle + QPointF(30, -20))
    assert (now.x(), now.y()) == pytest.approx((under.x(), under.y()))
    width = np.ptp(plot.view.viewRange()[0])
    pinch(plot.viewport(), middle, 0.5)
    assert np.ptp(plot.view.viewRange()[0]) == pytest.approx(width / 1.5)


def test_periodogram_follows_two_fingers(opened, window, qtbot):
    dock = window.docks.reveal("periods")
    assert isinstance(dock, PeriodsDock)
    qtbot.waitUntil(lambda: dock.plot._found is not None, timeout=20_000)
    plot = dock.plot
    low, high = plot.ends
    middle = QPointF(plot.viewport().rect().center())
    fingers(plot.viewport(), middle, 50, 0)
    assert plot.ends[0] < low
    assert np.ptp(plot.ends) == pytest.approx(high - low)
    pinch(plot.viewport(), middle, 1.0)
    assert np.ptp(plot.ends) == pytest.approx((high - low) / 2)


def test_the_sky_follows_two_fingers(qtbot):
    canvas = ImageCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(300, 200)
    canvas.set_view(QPointF(50, 50), 4.0)
    at = QPointF(100, 60)
    under = canvas.reference_at(at)
    fingers(canvas, at, 12, -8)
    assert canvas.reference_at(at + QPointF(12, -8)) == under
    assert canvas.scale == 4.0
    pinch(canvas, at, 0.5)
    assert canvas.scale == 6.0
    wheel(canvas, at, 0, 120, CTRL)
    assert canvas.scale > 6.0
