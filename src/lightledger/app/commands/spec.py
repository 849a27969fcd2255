"""What an action is, and what a topic of them is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore
    from lightledger.app.window import Window

_LINE = "-"


@dataclass(frozen=True)
class Spec:
    """One action.

    Attributes
    ----------
    name : str
        The method of its topic that it calls.
    menu : str
        A title in `lightledger.app.actions.MENUS` without its '&', and after a '/' the menu within
        it; '' for none.
    text, tip : str
    keys : tuple of str
        The first one stands in the menu.
    window : bool
        Works wherever the focus is; else only in plots and tables, and never while text is edited.
    repeat : bool
        Whether holding the key repeats it.
    checkable : bool
    plots : bool
        Its keys work in the plots alone: Return in a table or on a button is theirs.
    store : bool
        Needs an open store; its method is never called without one.
    """

    name: str
    menu: str
    text: str
    tip: str = ""
    keys: tuple[str, ...] = ()
    window: bool = False
    repeat: bool = False
    checkable: bool = False
    plots: bool = False
    store: bool = True

    @property
    def is_line(self) -> bool:
        """Whether it is only a line between others in the menu."""
        return self.name == _LINE


def line(menu: str) -> Spec:
    """A line in a menu."""
    return Spec(_LINE, menu, "")


class Topic:
    """Actions that belong together: their specs, and a method of the same name for each."""

    SPECS: ClassVar[tuple[Spec, ...]] = ()

    def __init__(self, window: Window) -> None:
        self._w = window

    @property
    def _store(self) -> OpenStore:
        """The open store, in actions that need one."""
        store = self._w.open
        assert store is not None
        return store
