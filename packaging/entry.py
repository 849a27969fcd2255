"""The program of a bundle: what ``python -m lightledger`` is elsewhere.

A bundle has no interpreter beside it. Children are started everywhere as ``sys.executable -m
MODULE`` (detection, compiling of the kernels); so the program answers to that for our own modules.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys


def _give_libraries_back() -> None:
    """Programs of the system that we start (a browser, say) load the system's libraries, not ours.

    PyInstaller's loader has put the bundle in front; for this process that is already read.
    """
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
        elif getattr(sys, "frozen", False):
            os.environ.pop(name, None)


def main() -> int:
    multiprocessing.freeze_support()
    _give_libraries_back()
    match [argument for argument in sys.argv[1:] if argument != "-P"]:
        case ["-m", module, *arguments] if module.startswith("lightledger."):
            sys.argv[1:] = arguments
            runpy.run_module(module, run_name="__main__", alter_sys=True)
            return 0
    from lightledger.__main__ import main as program

    return program()


if __name__ == "__main__":
    sys.exit(main())
