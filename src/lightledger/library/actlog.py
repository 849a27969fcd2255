"""The log below a journal: acts written under a lock, followed, replayed, undone."""

from __future__ import annotations

import errno
import getpass
import hashlib
import os
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lightledger.domain import LightledgerError
from lightledger.installation import places

from .acts import MAX_LINE, Act, time_text
from .journalfile import JournalFile
from .replaying import Replay
from .state import State

SUFFIX = ".journal.jsonl"
#: Errors that mean "not here": the journal then goes to the user's data folder.
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}


class ActLog:
    """Acts on one field, whatever they are; `Journal` names them, and the parameters."""

    def __init__(self, store: Path, store_uuid: str = "", person: str = "") -> None:
        self.session = uuid.uuid4().hex
        self.person = person or _account()
        self.store_uuid = store_uuid
        self.revision = 0
        self._replay = Replay()
        self._done: list[Act] = []
        self._taken_back: list[Act] = []
        self._beside = JournalFile(journal_path(store))
        self._elsewhere = JournalFile(_own_folder() / _own_name(store))
        self._lock = threading.RLock()
        self._file = self._beside if _may_write(self._beside.path) else self._elsewhere
        self.follow()

    @property
    def state(self) -> State:
        """What all acts add up to that were not undone; kept up, so copy what is to stay."""
        return self._replay.state

    @property
    def path(self) -> Path:
        """Where acts are written now."""
        return self._file.path

    @property
    def note(self) -> str:
        """Where the journal is when it is not beside the store, in words; '' else."""
        if self._file is self._beside:
            return ""
        return f"the store's folder cannot be written: what you do is kept in {self.path}"

    @property
    def n_skipped(self) -> int:
        """Lines that are no acts (half written or damaged); they stay where they are."""
        return self._beside.n_skipped + self._elsewhere.n_skipped

    @property
    def n_unknown(self) -> int:
        """Acts of a newer version; they stay, and do nothing here."""
        return self._beside.n_unknown + self._elsewhere.n_unknown

    @property
    def acts(self) -> tuple[Act, ...]:
        """All acts as they came in, those undone too."""
        return tuple(self._replay.acts)

    def holds(self, act: Act) -> bool:
        """Whether an act was not undone."""
        return act.id not in self._replay.gone

    def said_of(self, object: str) -> list[Act]:
        """Verdicts, tags and notes of an object and what took them back, as long as they hold."""
        return self._replay.on(("object", object))

    def touched(self, since: int = 0) -> list[str]:
        """Objects whose words changed, in the order they did, '' for all of them.

        Parameters
        ----------
        since : int
            How many such changes are known already.
        """
        return self._replay.touched[since:]

    # ---- undo

    def undo(self, act: Act | None = None) -> Act | None:
        """Undo the last act of this window that still holds, or a given one, as a new act.

        Returns
        -------
        Act or None
            The act that was undone, so that the window can go back to its object; None when
            there is none. Acts of other windows and people are never undone.
        """
        return self._turn("undo", act, self._done, self._taken_back)

    def redo(self, act: Act | None = None) -> Act | None:
        """Do again what was undone last, or a given act, as a new act; None for nothing."""
        return self._turn("redo", act, self._taken_back, self._done)

    def _turn(self, kind: str, act: Act | None, source: list[Act], target: list[Act]) -> Act | None:
        with self._lock:
            if act is None:
                act = source[-1] if source else None
            elif act.session != self.session or (not self.holds(act)) == (kind == "undo"):
                act = None
            if act is not None:
                self._write(kind, of=act.id)
                source[:] = [each for each in source if each.id != act.id]
                target.append(act)
            return act

    # ---- writing

    def _do(self, kind: str, **said: Any) -> Act:
        with self._lock:
            act = self._write(kind, **said)
            self._done.append(act)
            self._taken_back.clear()
            return act

    def _write(self, kind: str, **said: Any) -> Act:
        self.follow()
        for key in ("object", "band", "visit"):
            if key in said:
                said[key] = str(said[key])
        act = Act(
            id=uuid.uuid4().hex,
            act=kind,
            at_utc=self._now(),
            person=self.person,
            session=self.session,
            store=self.store_uuid,
            **said,
        )
        line = act.to_line()
        if len(line) > MAX_LINE:
            raise LightledgerError("that is too much for one act", self.path, "choose less")
        self.append(line)
        return act

    def append(self, lines: bytes) -> None:
        """Add whole lines as they are, durably, and take them in.

        Raises
        ------
        LightledgerError
            They cannot be kept: the disk is full, or no folder can be written.
        """
        with self._lock:
            try:
                try:
                    self._file.append(lines)
                except OSError as error:
                    if error.errno not in _READ_ONLY or self._file is self._elsewhere:
                        raise
                    self._file = self._elsewhere
                    self._file.append(lines)
            except OSError as error:
                raise LightledgerError(
                    f"what you did could not be kept ({error.strerror or error})",
                    self.path,
                    "free some room and try again",
                ) from None
            self.follow()

    def _now(self) -> str:
        """This moment, but later than every act known: what is done now is done last.

        Clocks of two machines differ and clocks are set back; the order of acts must not.
        """
        now = datetime.now(UTC)
        if self._replay.latest[0]:
            try:
                latest = datetime.fromisoformat(self._replay.latest[0]) + timedelta(microseconds=1)
                now = max(now, latest)
            except OverflowError:
                pass  # an act of the year 9999: later than that, nothing is
        return time_text(now)

    # ---- following

    def follow(self) -> bool:
        """Take in what this and other windows appended since the last look.

        Returns
        -------
        bool
            Whether ``state`` may have changed.
        """
        with self._lock:
            found = {act.id: act for act in (*self._beside.news(), *self._elsewhere.news())}
            new = [act for act in found.values() if act.id not in self._replay]
            if not new:
                return False
            self._replay.take(new)
            self.revision += 1
            return True


def journal_path(store: Path) -> Path:
    """Where the journal of a store is."""
    return store.with_name(store.name + SUFFIX)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _own_folder() -> Path:
    return places.data_folder() / "journals"


def _own_name(store: Path) -> str:
    # By place, not by uuid: adding visits gives a store another uuid.
    place = hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:12]
    return f"{store.name}-{place}{SUFFIX}"


def _may_write(path: Path) -> bool:
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    return os.access(path.parent, os.W_OK)
