"""The command: verbs, exit codes, one-line errors."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from lightledger import __version__
from lightledger.domain import Cancelled, LightledgerError
from lightledger.installation import places

from .figures import Figures

VERBS = (
    "ingest", "info", "show", "find", "periods", "report", "verdicts", "export", "import", "verify",
    "salvage", "doctor", "demo", "bench",
)  # fmt: skip

#: Modules of verbs that no module can be named.
_MODULES = {"import": "importing"}

#: What a wrong command line raises; typer brings its own click or uses the installed one.
USAGE_ERROR: type[Exception] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)

DONE, SOME_PROBLEMS, NOTHING_DONE, CANCELLED = 0, 1, 2, 130


HELP = """One field imaged a thousand times: every object's light curve.

'lightledger', 'lightledger STORE' and 'lightledger FOLDER' open the window; with --new-window
before it, a further one. --portable[=FOLDER] before everything keeps settings, logs and caches in
one folder.
"""


def application(verbs: Sequence[str]) -> typer.Typer:
    """The command with some of its verbs: only what is asked for is imported."""
    app = typer.Typer(
        name="lightledger",
        help=HELP,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_all_verbs)  # or a single verb would become the command itself
    for verb in verbs:
        importlib.import_module(f"lightledger.cli.{_MODULES.get(verb, verb)}").add_to(app)
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"lightledger {__version__}")
        raise typer.Exit


def _all_verbs(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which version this is.", callback=_version, is_eager=True
        ),
    ] = False,
) -> None:
    """What stands before a verb."""


def run(arguments: Sequence[str], figures: Figures) -> int:
    """Run one verb.

    Returns
    -------
    int
        0 done; 1 done, with problems listed; 2 nothing done; 130 cancelled.
    """
    try:
        asked = arguments[:1] if arguments and arguments[0] in VERBS else VERBS
        code = application(asked)(
            args=list(arguments), standalone_mode=False, prog_name="lightledger", obj=figures
        )
        sys.stdout.flush()
        return int(code or DONE)
    except typer.Exit as stop:
        return int(stop.exit_code)
    except (BrokenPipeError, SystemExit):  # typer makes the second of the first
        # The reader of our output went away: nothing to say, to nobody, at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    except LightledgerError as error:
        print(f"lightledger: {error}", file=sys.stderr)
    except USAGE_ERROR as error:
        what = error.format_message().rstrip(".")  # type: ignore[attr-defined]
        print(f"lightledger: {what}; see 'lightledger --help'", file=sys.stderr)
    except (Cancelled, KeyboardInterrupt, typer.Abort):
        print("lightledger: cancelled; what was finished is kept", file=sys.stderr)
        return CANCELLED
    except OSError as error:
        print(f"lightledger: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
    except Exception as error:
        where = _write_down(error)
        what = f"{type(error).__name__}: {error}".replace("\n", " ")
        print(
            f"lightledger: this is a fault of the program ({what}); please report it with {where}",
            file=sys.stderr,
        )
    return NOTHING_DONE


def _write_down(error: Exception) -> str:
    """The traceback goes to a file that can be sent along; nobody wants to read it."""
    text = "".join(traceback.format_exception(error))
    try:
        folder = places.log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "fault.txt").write_text(text, encoding="utf-8")
    except OSError:
        return "what you did"
    return str(folder / "fault.txt")
