"""What a setting is: one declaration gives its check, its widget, its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = str | bool | int | float


@dataclass(frozen=True)
class Entry:
    """One setting.

    Attributes
    ----------
    key : str
        ``table/name`` in the file.
    default : str, bool, int or float
        Its type is the setting's type.
    help : str
        What it does, in one sentence.
    label : str
        Beside its widget.
    page : str
        Of the dialog; '' for what is chosen where it is used and only remembered.
    choices : mapping of str to str
        What is allowed, and the words for it; empty for anything of the type.
    low, high, step : number
        Of numbers.
    unit : str
        Of numbers, after them.
    low_words : str
        Said for the lowest number.
    tidy : callable, optional
        Brings a text into shape; raises ValueError for what cannot be.
    """

    key: str
    default: Value
    help: str
    label: str = ""
    page: str = ""
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    low: float = 0
    high: float = 2**31 - 1
    step: float = 1
    unit: str = ""
    low_words: str = ""
    tidy: Callable[[str], str] | None = None

    def checked(self, value: object) -> Value:
        """The value as it is kept.

        Raises
        ------
        ValueError
            Of another type, out of range, not one of the choices; in words.
        """
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            raise ValueError(f"{value!r} is not {_KINDS[kind]}")
        if isinstance(value, str):
            if self.choices and value not in self.choices:
                raise ValueError(f"{value!r} is not one of {', '.join(map(repr, self.choices))}")
            return self.tidy(value) if self.tidy is not None else value
        assert isinstance(value, (int, float))
        if kind is not bool and not self.low <= value <= self.high:
            raise ValueError(f"{value:,} is not within {self.low:,} to {self.high:,}")
        return value

    def from_text(self, text: str) -> object:
        """A value that was written as text by versions that kept only text, for `checked`."""
        if isinstance(self.default, bool):
            return {"true": True, "false": False}.get(text.lower(), text)
        if isinstance(self.default, (int, float)):
            try:
                return type(self.default)(text)
            except ValueError:
                return text
        return text

    @property
    def allowed(self) -> str:
        """What may stand there, for tables and the file."""
        if self.choices:
            return ", ".join(name or "empty" for name in self.choices)
        if isinstance(self.default, bool):
            return "true, false"
        if isinstance(self.default, str):
            return "text"
        unit = f" {self.unit}" if self.unit else ""
        lowest = f" ({self.low:,} is {self.low_words})" if self.low_words else ""
        return f"{self.low:,} to {self.high:,}{unit}{lowest}"

    def words(self, value: Value) -> str:
        """A value as the dialog says it."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return self.choices.get(value, value) or "nothing"
        if self.low_words and value == self.low:
            return self.low_words
        return f"{value:,} {self.unit}".rstrip()


_KINDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
