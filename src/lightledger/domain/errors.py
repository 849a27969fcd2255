"""Errors a person reads: one clear line, never a traceback."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Text without line breaks and other controls, which names in foreign files may hold."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class LightledgerError(Exception):
    """Nothing could be done; the message says what is wrong, in which file, and what to do.

    Parameters
    ----------
    what : str
        What is wrong, one sentence without a full stop.
    file : str, optional
        The file or folder it was found in.
    advice : str, optional
        What the user can do about it.
    """

    def __init__(self, what: str, file: object = "", advice: str = "") -> None:
        self.what = what
        self.file = str(file)
        self.advice = advice
        super().__init__(what)

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        then = f"; {self.advice}" if self.advice else ""
        return one_line(f"{where}{self.what}{then}")


class Cancelled(Exception):
    """The user cancelled; what was finished is kept."""
