"""The end of a session, `kill` and Ctrl+C close the window in good order."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


class EndSignals(QObject):
    """Turns the system's signals into one of Qt's, while it lives; for the main thread.

    Python runs its handlers only between instructions of its own, and Qt's loop executes none while
    nothing happens: so the interpreter writes a byte into a socket that the loop watches.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        # What is ignored from the start stays so: nohup.
        self._before = {
            n: signal.signal(n, lambda *_: None)
            for n in numbers
            if signal.getsignal(n) != signal.SIG_IGN
        }

    def _heard(self) -> None:
        self._read.recv(64)
        self.asked.emit()

    def close(self) -> None:
        """Signals do again what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()
