"""What was refused or damaged, and why: kept with the data, shown to the user."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Severity = Literal["note", "refused", "damaged"]


@dataclass(frozen=True)
class Problem:
    """One thing that a person should know about one file, visit or record.

    Attributes
    ----------
    what : str
        What is wrong, in words a person uses.
    file : str
        The file it is about, relative to the dropped folder ('' when none).
    advice : str
        What to do about it ('' when nothing can be done).
    severity : {'note', 'refused', 'damaged'}
        'note': used, with a remark; 'refused': not used; 'damaged': of the store.
    visit, band : str
        Where it belongs, '' when it belongs to the whole run.
    """

    what: str
    file: str = ""
    advice: str = ""
    severity: Severity = "refused"
    visit: str = ""
    band: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        then = f"; {self.advice}" if self.advice else ""
        return f"{where}{self.what}{then}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Problem:
        names = {f.name for f in fields(cls)}
        return cls(**{k: str(v) for k, v in row.items() if k in names})  # type: ignore[arg-type]
