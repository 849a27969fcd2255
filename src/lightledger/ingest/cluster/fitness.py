"""Whether a process may measure for another one: same program, same folders, compiled kernels.

Runs on the workers of a cluster.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import lightledger

#: Folders of frames that are looked at.
_FOLDERS = 20


@dataclass(frozen=True)
class Token:
    """A file in the folder of the store; who reads its text there sees the same folder."""

    path: Path
    text: str

    @classmethod
    def beside(cls, output: Path) -> Token:
        text = secrets.token_hex(8)
        token = cls(output.with_name(f".{output.name}.{text}.cluster"), text)
        token.path.write_text(text)
        return token

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Demands:
    """What a worker must have; picklable and hashable.

    Attributes
    ----------
    program : str
        Version and digest of the sources.
    token : Token
    frames : tuple of (Path, int)
        A frame of each folder, and its size in bytes.
    """

    program: str
    token: Token
    frames: tuple[tuple[Path, int], ...]

    @classmethod
    def of(cls, token: Token, frames: Iterable[Path]) -> Demands:
        one_each = {path.parent: path for path in frames}
        some = list(one_each.values())[:_FOLDERS]
        return cls(program(), token, tuple((path, path.stat().st_size) for path in some))


@lru_cache(maxsize=1)
def program() -> str:
    """Version and a digest of all modules: two states of one version are told apart."""
    folder = Path(lightledger.__file__).parent
    digest = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        digest.update(source.relative_to(folder).as_posix().encode())
        digest.update(source.read_bytes().replace(b"\r\n", b"\n"))
    return f"{lightledger.__version__} ({digest.hexdigest()[:8]})"


def ready(demands: Demands) -> str:
    """Compile the kernels; what is wrong with this process, '' when it may measure."""
    fault = fault_of(demands)
    if not fault:
        from lightledger.photometry.warm import warm_kernels

        warm_kernels()
    return fault


@lru_cache(maxsize=8)
def fault_of(demands: Demands) -> str:
    """What is wrong with this process, '' when it may measure; looked for once."""
    if demands.program != program():
        return other_version(program(), demands.program)
    token = demands.token
    mount = "mount it there under the same path"
    try:
        if token.path.read_text() != token.text:
            return f"{token.path.parent} is another folder there; {mount}"
        mine = token.path.with_name(f"{token.path.name}.{secrets.token_hex(4)}")
        mine.touch()
        mine.unlink()
    except FileNotFoundError:
        return f"{token.path.parent} is not seen there; {mount}"
    except OSError as error:
        return f"{token.path.parent} cannot be written there ({error.strerror})"
    for path, size in demands.frames:
        try:
            if path.stat().st_size != size:
                return f"{path} is another file there; {mount}"
        except FileNotFoundError:
            return f"{path.parent} is not seen there, or lacks {path.name}; {mount}"
        except OSError as error:
            return f"{path} cannot be read there ({error.strerror})"
    return ""


def other_version(theirs: str, mine: str) -> str:
    return f"Lightledger {theirs} there and {mine} here; install the same there"
