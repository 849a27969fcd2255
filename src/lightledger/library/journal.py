"""The journal: an append-only file of acts beside the store; one fsynced line per act."""

from __future__ import annotations

import contextlib
import errno
import getpass
import hashlib
import os
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lightledger.domain import LightledgerError

from .acts import Act, BadLine, State, UnknownAct, parse_line, replay

SUFFIX = ".journal.jsonl"
#: Errors that mean "not here": the journal then goes to the user's data folder.
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}


class Journal:
    """Acts on one field, shared by every window that has it open.

    Parameters
    ----------
    store : Path
        The store; the journal is ``STORE.journal.jsonl`` beside it. Where that cannot be
        written, acts go to the user's data folder, and both are read.
    store_uuid : str
        Written into each act.
    person : str
        Who acts; '' is the name of the user's account.

    Attributes
    ----------
    state : State
        The replay of all acts that were not undone.
    revision : int
        Grows with every change of ``state``.
    n_skipped : int
        Lines that are no acts (half written or damaged); they stay where they are.
    n_unknown : int
        Acts of a newer version.
    """

    def __init__(self, store: Path, store_uuid: str = "", person: str = "") -> None:
        self.session = uuid.uuid4().hex
        self.person = person or _account()
        self.state = State()
        self.revision = 0
        self.n_skipped = 0
        self.n_unknown = 0
        self._store_uuid = store_uuid
        self._acts: list[Act] = []
        self._ids: set[str] = set()
        self._undone: set[str] = set()
        self._beside = store.with_name(store.name + SUFFIX)
        self._elsewhere = _own_folder() / _own_name(store)
        self._read_to: dict[Path, int] = {}
        self._lock = threading.RLock()
        self.path = self._beside if _may_write(self._beside) else self._elsewhere
        self.follow()

    @property
    def note(self) -> str:
        """Where the journal is when it is not beside the store, in words; '' else."""
        if self.path == self._beside:
            return ""
        return f"the store's folder cannot be written: what you do is kept in {self.path}"

    @property
    def acts(self) -> tuple[Act, ...]:
        """All acts in order, those undone too."""
        return tuple(self._acts)

    # ---- acts

    def reject_point(self, object: str, band: str, visit: str) -> Act:
        """Hide one object's point in every measurement of a band."""
        return self._do("reject_point", object=object, band=band, visit=visit)

    def restore_point(self, object: str, band: str, visit: str) -> Act:
        return self._do("restore_point", object=object, band=band, visit=visit)

    def reject_visit(self, band: str, visit: str) -> Act:
        """Hide a visit for all objects."""
        return self._do("reject_visit", band=band, visit=visit)

    def restore_visit(self, band: str, visit: str) -> Act:
        return self._do("restore_visit", band=band, visit=visit)

    def add_comparison(self, object: str) -> Act:
        """Use an object as comparison star, in every measurement."""
        return self._do("add_comparison", object=object)

    def remove_comparison(self, object: str) -> Act:
        """Never use an object as comparison star."""
        return self._do("remove_comparison", object=object)

    def undo(self) -> Act | None:
        """Undo the last act of this session that still holds, as a new act.

        Returns
        -------
        Act or None
            The act that was undone; None when there is none.
        """
        with self._lock:
            for act in reversed(self._acts):
                mine = act.session == self.session and act.act != "undo"
                if mine and act.id not in self._undone:
                    self._do("undo", of=act.id)
                    return act
            return None

    def _do(self, kind: str, **ids: str) -> Act:
        act = Act(
            id=uuid.uuid4().hex,
            act=kind,
            at_utc=datetime.now(UTC).isoformat(timespec="milliseconds"),
            person=self.person,
            session=self.session,
            store=self._store_uuid,
            **{key: str(value) for key, value in ids.items()},
        )
        with self._lock:
            try:
                self._append(act)
            except OSError as error:
                if error.errno not in _READ_ONLY or self.path == self._elsewhere:
                    raise self._refused(error) from None
                self.path = self._elsewhere
                try:
                    self._append(act)
                except OSError as again:
                    raise self._refused(again) from None
            self.follow()
        return act

    def _refused(self, error: OSError) -> LightledgerError:
        why = error.strerror or str(error)
        return LightledgerError(
            f"what you did could not be kept ({why})", self.path, "free some room and try again"
        )

    def _append(self, act: Act) -> None:
        if self.path == self._elsewhere:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags, 0o644)
        try:
            with _locked(descriptor):
                size = os.fstat(descriptor).st_size
                text = act.to_line()
                if size and not _ends_with_newline(descriptor, size):
                    text = "\n" + text  # somebody died in the middle of a line
                _write_all(descriptor, text.encode(), size)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    # ---- following

    def follow(self) -> bool:
        """Take in what this and other windows appended since the last look.

        Returns
        -------
        bool
            Whether ``state`` may have changed.
        """
        with self._lock:
            new = [act for path in (self._beside, self._elsewhere) for act in self._news(path)]
            if not new:
                return False
            self._acts += new
            undone = {act.of for act in new if act.act == "undo"}
            self._undone |= undone
            if undone or any(act.id in self._undone for act in new):
                self.state = replay(self._acts)
            else:
                for act in new:
                    self.state.apply(act)
            self.revision += 1
            return True

    def _news(self, path: Path) -> list[Act]:
        start = self._read_to.get(path, 0)
        try:
            if not path.is_file():
                return []
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < start:
                    start = 0  # replaced by another file; known acts are known by their ids
                file.seek(start)
                data = file.read()
        except OSError:
            return []
        whole = data.rfind(b"\n") + 1  # a line still being written comes next time
        self._read_to[path] = start + whole
        acts = []
        for line in data[:whole].splitlines():
            if not line.strip():
                continue
            try:
                act = parse_line(line)
            except BadLine:
                self.n_skipped += 1
            except UnknownAct:
                self.n_unknown += 1
            else:
                if act.id not in self._ids:
                    self._ids.add(act.id)
                    acts.append(act)
        return acts


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _own_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("lightledger", appauthor=False)) / "journals"


def _own_name(store: Path) -> str:
    # By place, not by uuid: adding visits gives a store another uuid.
    place = hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:12]
    return f"{store.name}-{place}{SUFFIX}"


def _may_write(path: Path) -> bool:
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    return os.access(path.parent, os.W_OK)


def _ends_with_newline(descriptor: int, size: int) -> bool:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def _write_all(descriptor: int, data: bytes, size: int) -> None:
    """Write the whole line, or leave the file as it was (a full disk)."""
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


@contextlib.contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """Exclusive lock of the file, waiting for others; it dies with the process."""
    if os.name == "nt":  # pragma: no cover - Windows
        import msvcrt

        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
