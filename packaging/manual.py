"""Tables of the manual, from the declarations: ``python packaging/manual.py [--check]``.

In a page, what stands between ``<!-- table: NAME -->`` and ``<!-- end -->`` is written by the
function `NAME` below: what the program declares is said once. ``--check`` writes nothing and fails
where a page is out of date.
"""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANUAL = ROOT / "resources" / "manual"
_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(heads: str, rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; ``heads`` by commas."""
    names = [head.strip() for head in heads.split(",")]
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|") or "–"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


# -- the window


def settings() -> str:
    """Those of the dialog, by its pages."""
    from lightledger.app.settings.declared import ENTRIES

    return table(
        "Page, Setting, What it does, Allowed, At first",
        ((e.page, f"{e.label} ({code(e.key)})", e.help, _allowed(e), e.words(e.default))
         for e in ENTRIES if e.page),
    )  # fmt: skip


def remembered() -> str:
    """Those that are chosen where they are used."""
    from lightledger.app.settings.declared import ENTRIES

    rows = ((code(e.key), e.help, code(str(e.default))) for e in ENTRIES if not e.page)
    return table("Name, What it is, At first", rows)


def _allowed(entry: Any) -> str:
    if entry.choices:
        return ", ".join(entry.choices.values())
    return entry.allowed if not isinstance(entry.default, bool) else "yes, no"


def keys() -> str:
    """Every entry of the menus, those without a key too."""
    from lightledger.app.actions import MENUS, _spoken
    from lightledger.app.commands import SPECS

    text = ""
    for title in (menu.replace("&", "") for menu in MENUS):
        specs = [s for s in SPECS if s.menu.partition("/")[0] == title and not s.is_line]
        rows = (
            (_menu_words(spec), " or ".join(code(_spoken(key)) for key in spec.keys), spec.tip)
            for spec in specs
        )
        text += f"### {title}\n\n{table('Entry, Key, What it does', rows)}\n"
    nowhere = [s for s in SPECS if not s.menu and not s.is_line]
    rows = ((s.text, " or ".join(map(code, s.keys)), s.tip) for s in nowhere)
    return f"{text}### In no menu\n\n{table('What, Key, What it does', rows)}"


def _menu_words(spec: Any) -> str:
    within = spec.menu.partition("/")[2]
    return f"{within} › {spec.text}" if within else spec.text


def mouse() -> str:
    from lightledger.app.keysheet import _MOUSE

    return table("Mouse, What it does", ((what.capitalize(), does) for what, does in _MOUSE))


# -- numbers


def flags() -> str:
    from lightledger.domain.flags import DEFAULT_MASK, REGISTRY

    return table(
        "Bit, Flag, What it says, Hides unless asked",
        ((str(int(e.flag).bit_length() - 1), code(e.name), e.meaning,
          "yes" if e.flag & DEFAULT_MASK else "no") for e in REGISTRY),
    )  # fmt: skip


def statistics() -> str:
    from lightledger.analysis.columns import STATISTICS

    return table(
        "Column, What it is, Unit",
        ((code(c.name), c.meaning, "of the measurement" if c.unit == "*" else c.unit)
         for c in STATISTICS),
    )  # fmt: skip


def columns() -> str:
    """Those of queries beside statistics."""
    from lightledger.library.columns import _CATALOGUE, DERIVED, DISTANCE, JOURNAL

    rows = []
    for where, group in (("catalogue", _CATALOGUE), ("derived", DERIVED), ("journal", JOURNAL),
                         ("cone search", DISTANCE)):  # fmt: skip
        rows += [
            (code(name), where, meaning, unit or "–") for name, (unit, meaning) in group.items()
        ]
    return table("Column, From, What it is, Unit", rows)


def evidence() -> str:
    """How each chip is decided."""
    from lightledger.app.evidence.rules import RULES

    chips = {"bands": "bands agree", "measurements": "measurements agree", "clean": "sci = clean",
             "extremes": "without 3 extremes", "correlation": "the strongest correlation",
             "blend": "saturation, blend, edge"}  # fmt: skip
    tried = "coverage, position angle, FWHM, airmass, x, y, zero point"
    return "".join(
        f"### {chips[key].capitalize()}\n\n"
        + "".join(f"- {line}\n" for line in _sentences(rule.format(tried=tried)))
        + "\n"
        for key, rule in RULES.items()
    )


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=\.)\s+", " ".join(text.split())) if part]


def axes() -> str:
    from lightledger.app.visitquantities import QUANTITIES
    from lightledger.app.xaxes import _OTHERS, TIMES

    rows = [(axis.words, axis.label) for axis in (*TIMES, *_OTHERS)]
    rows += [(quantity.words, "a quantity of the visits") for quantity in QUANTITIES.values()]
    return table("X axis, On the axis", rows)


# -- files


def formats() -> str:
    from lightledger.export.formats import FORMATS

    return table(
        "Format, Extension, What is in it",
        ((f"{code(f.name)}: {f.title}", ", ".join(map(code, f.suffixes)),
          f.holds + (f" Needs {f.needs[0]}." if f.needs else "")) for f in FORMATS),
    )  # fmt: skip


def recipe() -> str:
    text = (ROOT / "resources" / "recipe-example.toml").read_text(encoding="utf-8")
    return f"```toml\n{text.rstrip()}\n```\n"


def presets() -> str:
    rows = []
    for path in sorted((ROOT / "resources" / "presets").glob("*.toml")):
        first = re.match(r"((?:# .*\n)+)", path.read_text(encoding="utf-8"))
        words = first[1].replace("#", "") if first else ""
        rows.append((code(path.stem), words))
    return table("Recipe, For", rows)


def templates() -> str:
    from lightledger.frames.templatepattern import PRESETS

    rows = ((code(name), code(pattern).replace("|", "/")) for name, pattern in PRESETS.items())
    return table("Template, Pattern", rows)


def observatories() -> str:
    text = (ROOT / "resources" / "observatories.toml").read_text(encoding="utf-8")
    rows = ((n, *map(str, place)) for n, place in tomllib.loads(text).items())
    return table("Name, Longitude (deg), Latitude (deg), Height (m)", rows)


# -- the command


def commands() -> str:
    """Every verb with its arguments and options, as the program itself knows them."""
    text = ""
    for name, command in verbs():
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        usage = " ".join(map(_argument, arguments))
        text += f"## {name}\n\n`{f'lightledger {name} {usage}'.strip()}`\n\n{_help(command)}\n\n"
        rows = [_option(p) for p in command.params if p.param_type_name == "option"]
        if rows:
            text += f"{table('Option, What it does, Unless given', rows)}\n"
    return text


def verbs() -> Iterator[tuple[str, Any]]:
    """Name and command of each verb, those within a verb as 'bench storage'."""
    from typer.main import get_command

    from lightledger.cli.main import VERBS, application

    def below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        parts = getattr(command, "commands", {})
        for word in sorted(parts, key=lambda w: VERBS.index(w) if w in VERBS else 0):
            yield from below(parts[word], f"{name} {word}".strip())
        if not parts:
            yield name, command

    yield from below(get_command(application(VERBS)), "")


def _argument(parameter: Any) -> str:
    return (parameter.metavar or parameter.name.upper()).strip("{}")


def _option(parameter: Any) -> tuple[str, str, str]:
    names = ", ".join(map(code, [*parameter.opts, *parameter.secondary_opts]))
    default = parameter.default
    plain = default is None or default is ... or callable(default)
    endless = isinstance(default, float) and not math.isfinite(default)
    said = "" if plain or endless or default in ("", False) else str(default)
    choices = getattr(parameter.type, "choices", ())
    words = [getattr(choice, "value", choice) for choice in choices]
    given = f" One of {', '.join(map(code, words))}." if words else ""
    return names, (parameter.help or "") + given, "needed" if parameter.required else said


def _help(command: Any) -> str:
    parts = (command.help or "").replace("*", "\\*").split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


WRITERS: tuple[Callable[[], str], ...] = (
    settings, remembered, keys, mouse, flags, statistics, columns, evidence, axes, formats, recipe,
    presets, templates, observatories, commands,
)  # fmt: skip


def renewed(text: str) -> str:
    """A page with its tables as they are to be now."""
    by_name = {writer.__name__: writer for writer in WRITERS}
    return _BLOCK.sub(lambda found: f"{found[1]}{by_name[found[2]]()}{found[3]}", text)


def outdated() -> list[Path]:
    """Pages whose tables are not what the program declares."""
    pages = sorted(MANUAL.glob("*.md"))
    return [p for p in pages if renewed(text := p.read_text(encoding="utf-8")) != text]


def main() -> None:
    pages = outdated()
    if "--check" in sys.argv[1:]:
        for page in pages:
            print(f"{page.relative_to(ROOT)} is out of date: make manual")
        sys.exit(bool(pages))
    for page in pages:
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(page.relative_to(ROOT))


if __name__ == "__main__":
    main()
