"""What a file-name template makes of many names; plain data, computed in a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lightledger.domain import Control, clean_band, counted
from lightledger.frames.frame import KINDS
from lightledger.frames.templates import PRESETS, Template, TemplateError, resolve

#: Names between two looks at whether something newer was typed.
_AT_A_TIME = 2000
#: Bands and kinds that are named; more are counted.
_NAMED = 6


@dataclass(frozen=True)
class Preview:
    """A template held against names.

    Attributes
    ----------
    template : Template or None
        None: it is no template, see ``trouble`` and ``at``.
    unfit : tuple of int
        Numbers of the names that do not follow it.
    n_visit : int
    bands, kinds : dict of str to int
        Names of each.
    n_derived : int
        Names with a suffix such as '_clean': products, which are not measured.
    at : tuple of int
        Where in the text the trouble is.
    """

    template: Template | None
    n_names: int
    unfit: tuple[int, ...] = ()
    n_visit: int = 0
    bands: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    n_derived: int = 0
    trouble: str = ""
    at: tuple[int, int] = (0, 0)

    @property
    def n_fit(self) -> int:
        return self.n_names - len(self.unfit)

    @property
    def by_header(self) -> bool:
        return self.template is not None and self.template.pattern == PRESETS["header"]

    @property
    def in_words(self) -> str:
        """One line: how many fit, and what they hold."""
        if self.by_header:
            return "Visit, band and kind come from the headers"
        parts = [f"{self.n_fit:,} of {counted(self.n_names, 'name')} fit"]
        if self.n_fit:
            parts.append(counted(self.n_visit, "visit"))
            bands = _named(self.bands) if self.bands else "from the headers"
            kinds = _named(self.kinds) if self.kinds else "sci"
            parts += [f"bands: {bands}", f"kinds: {kinds}"]
        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown:
            parts.append(
                f"not measured: {', '.join(unknown[:_NAMED])} (kinds are sci, unc, std, cov)"
            )
        if self.n_derived:
            parts.append(f"{self.n_derived:,} with a suffix are products, not measured")
        return "; ".join(parts)


def _named(counts: dict[str, int]) -> str:
    most = sorted(counts.items())
    more = f" and {len(most) - _NAMED:,} more" if len(most) > _NAMED else ""
    return ", ".join(f"{name} {n:,}" for name, n in most[:_NAMED]) + more


def preview(text: str, names: Sequence[str], *, control: Control | None = None) -> Preview:
    """Hold a preset's name or a pattern against names; 100,000 of them take a worker a second.

    Raises
    ------
    Cancelled
    """
    try:
        template = resolve(text)
    except TemplateError as error:
        return Preview(
            None, len(names), tuple(range(len(names))), trouble=_words(error), at=error.at
        )
    visits: set[str] = set()
    bands: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    unfit: list[int] = []
    n_derived = 0
    for i, name in enumerate(names):
        if control is not None and i % _AT_A_TIME == 0:
            control.check()
        fields = template.parse(name)
        if fields is None:
            unfit.append(i)
            continue
        if fields.get("suffix", "").startswith("_"):
            n_derived += 1
            continue
        visits.add(fields["visit"])
        if "band" in fields:
            bands[clean_band(fields["band"])] += 1
        if "kind" in fields:
            kinds[fields["kind"].lower()] += 1
    return Preview(
        template, len(names), tuple(unfit), len(visits), dict(bands), dict(kinds), n_derived
    )


def _words(error: TemplateError) -> str:
    """What is wrong, without repeating the whole template that stands right above."""
    return error.what.partition("' ")[2] or error.what
