"""F1 everywhere: the manual on the page about what has the focus, in dialogs too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from lightledger.app.window import Window

    from .viewer import ManualWindow

KEY = "F1"
_OWNER = "helpKey"


class HelpKey(QObject):
    """Opens the manual; gives its key to every dialog of the window when that gets the focus.

    Attributes
    ----------
    manual : ManualWindow or None
        Made when it is first asked for.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.manual: ManualWindow | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_changed)

    def open(self, where: str = "") -> None:
        """Show a page of the manual; '' is the contents."""
        if self.manual is None:
            from .viewer import ManualWindow

            # Without a parent: what belongs to the window is blocked while a dialog is open.
            self.manual = ManualWindow(self._window.themes)
        self.manual.show_page(where)

    def open_here(self) -> None:
        """Show the page about what has the focus."""
        from .where import page_for

        focus = QApplication.focusWidget()
        if focus is None or not self._is_ours(focus.window()):
            focus = self._window.centre.current
        self.open(page_for(focus))

    def close(self) -> None:
        """The manual goes with the window."""
        if self.manual is not None:
            self.manual.close()
            self.manual.deleteLater()
            self.manual = None

    def _focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        top = now.window() if now is not None else None
        if top is None or top is self._window or not self._is_ours(top):
            return
        if top.findChild(QShortcut, _OWNER) is None:
            key = QShortcut(QKeySequence(KEY), top, self.open_here)
            key.setObjectName(_OWNER)

    def _is_ours(self, top: QWidget | None) -> bool:
        while top is not None and top is not self._window:
            top = top.parentWidget()
        return top is not None
