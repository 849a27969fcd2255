"""The point cursor, rejecting, undo."""

from __future__ import annotations

from .spec import Spec, Topic, line


class PointCommands(Topic):
    SPECS = (
        line("Object"),
        Spec("next_point", "Object", "Next visit", "Point cursor to the right", ("Right",),
             repeat=True),
        Spec("previous_point", "Object", "Previous visit", "Point cursor to the left", ("Left",),
             repeat=True),
        Spec("reject_point", "Object", "Reject point",
             "Reject the point under the cursor, or take it back", ("X",)),
        Spec("reject_visit", "Object", "Reject visit for all objects",
             "Reject this visit in this band for all objects, or take it back", ("Shift+X",)),
        Spec("undo", "Object", "Undo", "Undo what was done last and return to that object",
             ("Ctrl+Z",), window=True),
        Spec("redo", "Object", "Redo", "Do again what was undone", ("Ctrl+Shift+Z", "Ctrl+Y"),
             window=True),
    )  # fmt: skip

    def next_point(self) -> None:
        self._store.presenter.step_cursor(1)

    def previous_point(self) -> None:
        self._store.presenter.step_cursor(-1)

    def reject_point(self) -> None:
        self._w.say(self._store.acts.reject_point())

    def reject_visit(self) -> None:
        self._w.say(self._store.acts.reject_visit())

    def undo(self) -> None:
        stack = self._w.undo_stack
        if stack.canUndo():
            text = stack.undoText()
            stack.undo()
            self._w.say(f"undone: {text}")
        else:
            self._w.say("nothing to undo")

    def redo(self) -> None:
        stack = self._w.undo_stack
        if stack.canRedo():
            text = stack.redoText()
            stack.redo()
            self._w.say(f"done again: {text}")
