"""The elements of a VOTable as text, whatever is written into one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from .rows import number_cells

_SCHEMA = "http://www.ivoa.net/xml/VOTable/v1.3"
_START = f"""<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="{_SCHEMA}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="{_SCHEMA} {_SCHEMA}">
<RESOURCE type="results">
"""
#: Behind the last table.
END = "</RESOURCE>\n</VOTABLE>\n"
#: What columns of ICRS positions refer to, as 'icrs'.
ICRS = '<COOSYS ID="icrs" system="ICRS"/>\n'
#: What XML 1.0 cannot hold, not even as a reference.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBERS = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}


def start(meaning: str) -> str:
    """Everything before the first element of the resource."""
    return f"{_START}<DESCRIPTION>{content(meaning)}</DESCRIPTION>\n"


def cells(numbers: np.ndarray) -> list[str]:
    """Numbers as cells, in full precision."""
    return [_NUMBERS.get(x, x) for x in number_cells(numbers)]


def field(
    name: str, kind: str, unit: str, ucd: str, meaning: str, ref: str = "", ident: str = ""
) -> str:
    """A column; ``ref`` is the ID of the system it refers to."""
    facts = {"ID": ident, "name": name, "datatype": kind, "unit": unit, "ucd": ucd, "ref": ref}
    if kind in ("char", "unicodeChar"):
        facts["arraysize"] = "*"
    said = " ".join(f"{key}={quoted(fact)}" for key, fact in facts.items() if fact)
    return f"<FIELD {said}><DESCRIPTION>{content(meaning)}</DESCRIPTION></FIELD>\n"


def text_field(name: str, texts: Iterable[str], ucd: str, meaning: str) -> str:
    """A column of texts that are known."""
    kind = "char" if all(text.isascii() for text in texts) else "unicodeChar"
    return field(name, kind, "", ucd, meaning)


def param(name: str, value: str | float, utype: str = "", ucd: str = "", unit: str = "") -> str:
    """A value that holds for the whole table."""
    facts = {"name": name, "ucd": ucd, "utype": utype, "unit": unit}
    if isinstance(value, str):
        facts |= {"datatype": "char" if value.isascii() else "unicodeChar", "arraysize": "*"}
    else:
        facts["datatype"] = "double"
    said = " ".join(f"{key}={quoted(fact)}" for key, fact in facts.items() if fact)
    return f"<PARAM {said} value={quoted(str(value))}/>\n"


def info(name: str, value: object) -> str:
    """A remark by name."""
    name = re.sub(r"\W+", "_", name)  # readers make an ID of it
    return f"<INFO name={quoted(name)} value={quoted(str(value))}/>\n"


def content(text: str) -> str:
    """A text as the content of an element."""
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split())))


def quoted(text: str) -> str:
    """A text as the value of an attribute, with its quotes."""
    return quoteattr(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split())))
