"""Where the docks stand, and keys that bring each to the front."""

from __future__ import annotations

from functools import partialmethod

from lightledger.app.docklist import DOCKS

from .spec import Spec, Topic, line


class WindowCommands(Topic):
    SPECS = (
        *(
            Spec(f"dock_{dock.name}", "Window", dock.title, f"{dock.title} to the front",
                 (f"Alt+{n % 10}",) if n <= 10 else (), window=True)
            for n, dock in enumerate(DOCKS, start=1)
        ),
        line("Window"),
        Spec("reset_layout", "Window", "Reset layout", "Docks where they were at first",
             window=True, store=False),
    )  # fmt: skip

    def _reveal(self, name: str) -> None:
        self._w.docks.come(name)

    def reset_layout(self) -> None:
        self._w.reset_layout()


for _dock in DOCKS:
    setattr(WindowCommands, f"dock_{_dock.name}", partialmethod(WindowCommands._reveal, _dock.name))
