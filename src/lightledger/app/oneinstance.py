"""One window per person and settings takes the files of later starts.

The first process listens at a local socket in the person's own runtime folder; a later one hands
its paths over and ends. Only the person may connect, and what arrives is not trusted all the same:
it is bounded in size, number and time, and can do no more than a drop on the window.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)

#: Longest message: some thousand paths.
MAX_BYTES = 1 << 20
#: Connections at a time; a file manager may start one process per selected file.
MAX_CALLERS = 64
#: The first start may still be building its window when the second one asks.
_ANSWER_MS = 10_000
_CONNECT_MS = 1_000
_CALLER_MS = 5_000
_TAKEN = b"taken\n"


def meeting_place(settings: Path) -> str:
    """Name of the socket (of the pipe, on Windows) that belongs to a settings file."""
    digest = hashlib.sha256(os.fsencode(settings.absolute())).hexdigest()[:16]
    name = f"lightledger-{digest}"
    if os.name == "nt":
        return name
    # Qt makes this folder the person's own, and refuses one of somebody else.
    kind = QStandardPaths.StandardLocation.RuntimeLocation
    return str(Path(QStandardPaths.writableLocation(kind)) / name)


class OneInstance(QObject):
    """Either hands paths to the window that is there, or receives those of later starts.

    Parameters
    ----------
    settings : Path
        The settings file: whoever uses another one gets a window of their own.
    """

    #: Absolute paths of a later start, list of Path; empty when it only asked for the window.
    arrived = Signal(list)

    def __init__(self, settings: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = meeting_place(settings)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    @property
    def listens(self) -> bool:
        """Whether later starts come here."""
        return self._server.isListening()

    def hand_over(self, paths: Sequence[Path]) -> bool:
        """Whether another window took the paths; if none is there, this process listens.

        A window that is there but does not answer is left alone: False, and this one does not
        listen.
        """
        socket = QLocalSocket()
        # Of two first starts at the same moment one connects to the other.
        lock = QLockFile(f"{self._place}.lock")
        locked = lock.tryLock(_CONNECT_MS)
        socket.connectToServer(self._place)
        if not socket.waitForConnected(_CONNECT_MS):
            if socket.error() != QLocalSocket.LocalSocketError.SocketTimeoutError:
                self._listen()
            return False
        if locked:
            lock.unlock()
        socket.write(message_of(paths))
        answered = _TAKEN[:0]
        while not answered.endswith(b"\n") and socket.waitForReadyRead(_ANSWER_MS):
            answered += bytes(socket.readAll().data())
        return answered == _TAKEN

    def _listen(self) -> None:
        QLocalServer.removeServer(self._place)  # of one that was killed
        if not self._server.listen(self._place):
            _log.warning("later starts get windows of their own: %s", self._server.errorString())

    def close(self) -> None:
        """Later starts open windows of their own from now on."""
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            if len(self.findChildren(_Caller)) < MAX_CALLERS:
                _Caller(socket, self)
            else:
                socket.abort()
                socket.deleteLater()


class _Caller(QObject):
    """One connection: a line is read and answered, or the time is over."""

    def __init__(self, socket: QLocalSocket, instance: OneInstance) -> None:
        super().__init__(instance)
        self._arrived = instance.arrived
        self._socket = socket
        socket.setParent(self)
        socket.setReadBufferSize(MAX_BYTES + 1)
        self._patience = QTimer(self, singleShot=True, interval=_CALLER_MS)
        self._patience.timeout.connect(self._put_out)
        self._patience.start()
        socket.disconnected.connect(self._patience.stop)
        socket.disconnected.connect(self.deleteLater)
        socket.readyRead.connect(self._read)
        self._read()

    def _read(self) -> None:
        if self._socket.canReadLine():
            paths = paths_of(bytes(self._socket.readLine(MAX_BYTES).data()))
            if paths is None:
                self._put_out()
                return
            self._socket.write(_TAKEN)
            self._socket.flush()
            self._socket.disconnectFromServer()
            self._arrived.emit(paths)
        elif self._socket.bytesAvailable() > MAX_BYTES:
            self._put_out()

    def _put_out(self) -> None:
        _log.warning("a caller that said nothing a start of Lightledger says was put out")
        self._socket.abort()


def message_of(paths: Sequence[Path]) -> bytes:
    """One line that says what to open."""
    return json.dumps({"open": [str(path.absolute()) for path in paths]}).encode() + b"\n"


def paths_of(line: bytes) -> list[Path] | None:
    """What a line says to open; None when it is none of ours."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    names = told.get("open") if isinstance(told, dict) else None
    if not isinstance(names, list):
        return None
    if not all(isinstance(name, str) and "\0" not in name for name in names):
        return None
    paths = [Path(name) for name in names]
    return paths if all(path.is_absolute() for path in paths) else None
