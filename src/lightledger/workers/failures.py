"""Whatever a worker raised, as one line that a person can act on."""

from __future__ import annotations

import logging
import traceback

from lightledger.domain import LightledgerError

_log = logging.getLogger("lightledger.workers")


def as_one_line(error: BaseException) -> LightledgerError:
    """The same failure as a `LightledgerError`; its cause keeps the original.

    Our own errors pass unchanged; the system's are put into its words and the file they name;
    anything else is a mistake of the program, logged with its traceback.
    """
    if isinstance(error, LightledgerError):
        return error
    if isinstance(error, MemoryError):
        line = LightledgerError("not enough memory", advice="close other programs and try again")
    elif isinstance(error, OSError) and error.strerror:
        line = LightledgerError(error.strerror, error.filename or "")
    else:
        _log.error("unexpected failure in a worker", exc_info=error)
        text = " ".join(str(error).split()) or "no message"
        line = LightledgerError(
            f"unexpected {type(error).__name__}: {text[:300]}",
            advice="this is a mistake of the program; please report it with the details",
        )
    line.__cause__ = error
    return line


def details(error: BaseException) -> str:
    """The whole traceback of the cause, for a "details" button."""
    cause = error.__cause__ or error
    return "".join(traceback.format_exception(cause))
