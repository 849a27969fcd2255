"""Other programs of this machine, by SAMP."""

from __future__ import annotations

from .spec import Spec, Topic, line


class SampCommands(Topic):
    SPECS = (
        line("File"),
        Spec("connect_samp", "File", "Connect to SAMP hub",
             "Exchange tables and positions with TOPCAT, Aladin or DS9 on this machine",
             window=True, store=False),
    )  # fmt: skip

    def connect_samp(self) -> None:
        self._w.samp.toggle()
