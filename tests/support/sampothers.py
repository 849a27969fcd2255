"""A real hub and real other programs at it, by another implementation of SAMP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # astropy's has moved to pyvo, and says so
    from astropy import samp

samp.conf.use_internet = False
MTYPES = (
    "table.load.votable", "table.highlight.row", "table.select.rowList", "coord.pointAt.sky",
    "image.load.fits",
)  # fmt: skip
_KILLED = """
import sys, warnings; warnings.simplefilter("ignore")
from astropy import samp
samp.conf.use_internet = False
hub = samp.SAMPHubServer(web_profile=False, lockfile=sys.argv[1], mode="single", addr="127.0.0.1")
hub.start(); print("runs", flush=True); sys.stdin.read()
"""


def variable(lock: Path) -> str:
    """What SAMP_HUB is for a lock file."""
    return f"std-lockurl:{lock.as_uri()}"


@contextmanager
def hub_at(lock: Path) -> Iterator[samp.SAMPHubServer]:
    """A hub of this process."""
    hub = samp.SAMPHubServer(web_profile=False, lockfile=str(lock), mode="single", addr="127.0.0.1")
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


@contextmanager
def doomed_hub_at(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """A hub of a process that may be killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(lock)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        while "runs" not in process.stdout.readline():
            assert process.poll() is None
        yield process
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()


class Other:
    """Another program.

    Attributes
    ----------
    heard : list of (str, dict)
        MTypes and parameters, as they came.
    answers : dict of str to dict
        By tag.
    """

    def __init__(self, name: str, mtypes: tuple[str, ...] = MTYPES) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.fails = ""
        self._change = threading.Lock()
        self.client = samp.SAMPIntegratedClient(name=name, addr="127.0.0.1")
        self.client.connect()
        for mtype in mtypes:
            self.client.bind_receive_message(mtype, self._hear)

    def _hear(self, key, sender, message_id, mtype, params, extra) -> None:
        with self._change:
            self.heard.append((mtype, params))
        if message_id:
            answer = {"samp.status": "samp.ok", "samp.result": {}}
            if self.fails:
                answer["samp.status"] = "samp.error"
                answer["samp.error"] = {"samp.errortxt": self.fails}
            self.client.reply(message_id, answer)

    def heard_of(self, mtype: str) -> list[dict[str, Any]]:
        """Parameters of all messages of a kind."""
        return [params for heard, params in list(self.heard) if heard == mtype]

    @property
    def ours(self) -> list[str]:
        """Ids of Lightledger at the hub."""
        about = self.client.get_metadata
        idents = self.client.get_registered_clients()
        return [i for i in idents if about(i).get("samp.name") == "Lightledger"]

    def ask(self, mtype: str, **params: Any) -> str:
        """Say something to Lightledger; the tag of its answer."""
        tag = f"tag-{len(self.answers)}-{mtype}"
        self.client.bind_receive_response(tag, self._answered)
        (ours,) = self.ours
        message = {"samp.mtype": mtype, "samp.params": params}
        self.client.call(ours, tag, message)
        return tag

    def _answered(self, key, sender, tag, response) -> None:
        self.answers[tag] = response

    def close(self) -> None:
        """Leave; also a hub that is gone."""
        try:
            self.client.disconnect()
        except Exception:  # the hub went first
            self.client.client.stop()
