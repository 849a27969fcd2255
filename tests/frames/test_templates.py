"""File names: what they say, that they come back exactly, and that no template does harm."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.frames.templates import PRESETS, FrameFields, Template, choose, resolve

WORD = st.text("abcXYZ019+", min_size=1, max_size=8)
VISIT = st.text("abcXYZ019._- ", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("preset", "name", "fields"),
    [
        (
            "dark-field",
            "IDF_gr123_ch1_sci.fits",
            FrameFields(visit="gr123", band="ch1", kind="sci", suffix="", ext="fits"),
        ),
        (
            "dark-field",
            "IDF_gr_7_ch2_sci_clean_div.fits.fz",
            FrameFields(visit="gr_7", band="ch2", kind="sci", suffix="_clean_div", ext="fits.fz"),
        ),
        (
            "spitzer",
            "SPITZER_I2_41629440_0012_0003_1_bunc.fits",
            FrameFields(visit="41629440_0012_0003", band="ch2", kind="unc", suffix="1", ext="fits"),
        ),
        ("header", "20190326.0130.fits.fz", FrameFields(visit="20190326.0130", ext="fits.fz")),
        ("header", "M 31 (3).FIT", FrameFields(visit="M 31 (3)", ext="FIT")),
    ],
)
def test_presets_tell_the_fields_of_real_names(preset: str, name: str, fields: FrameFields) -> None:
    template = resolve(preset)
    assert template.parse(name) == fields
    assert template.make(fields) == name


def test_names_of_other_things_do_not_match() -> None:
    template = resolve("dark-field")
    for name in ("coadd_ch1.fits", "IDF_gr1_ch1_mask.fits", "IDF_gr1_ch1.fits", "x" * 5000):
        assert template.parse(name) is None


@given(VISIT, st.integers(0, 99), st.sampled_from(["sci", "std", "unc", "cov"]), WORD)
def test_what_is_made_is_parsed_back(visit: str, channel: int, kind: str, suffix: str) -> None:
    template = resolve("dark-field")
    fields = FrameFields(
        visit=visit, band=f"ch{channel}", kind=kind, suffix=f"_{suffix}", ext="fits"
    )
    try:
        name = template.make(fields)
    except ValueError:
        return  # no name has these fields: said, not mangled
    assert template.parse(name) == fields


@given(st.sampled_from(sorted(PRESETS)), st.text(max_size=40) | st.from_regex(r"IDF_\w+\.fits"))
def test_what_is_parsed_is_made_back(preset: str, name: str) -> None:
    template = resolve(preset)
    fields = template.parse(name)
    if fields is not None:
        assert template.make(fields) == name.split("/")[-1]


PIECES = (
    "{visit} {band} {kind} {suffix} {ext} _ - . a / {band:ch#} {kind:bcd=sci|bunc=unc} "
    "{kind:#|x=7} {kind:a=b|b=a} {visit:gr#} ( * \\d"
)
PIECE = st.sampled_from(PIECES.split())


@given(st.lists(PIECE, max_size=8), st.text("abc_-./019x(*", max_size=30))
def test_any_template_is_refused_in_one_line_or_inverts(pieces: list[str], name: str) -> None:
    message = ""
    try:
        template = Template("".join(pieces))
    except LightledgerError as error:
        message = str(error)
    if message:
        assert "\n" not in message
        return
    fields = template.parse(name)
    if fields is not None:
        assert name.endswith(template.make(fields))


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{visit", "brace"),
        ("visit}_{band}", "brace"),
        ("{visit}_{foo}", "unknown field {foo}"),
        ("{visit}_" * 100, "longer than"),
        ("{visit}_{visit}", "twice"),
        ("{band}.fits", "lacks {visit}"),
        ("{visit}{band}", "nothing between"),
        ("dark field", "not the name of a preset"),
        ("{visit}_{kind:a=sci|b=sci}", "same value"),
        ("{visit}\n{band}", "control character"),
    ],
)
def test_wrong_templates_are_said_in_one_clear_line(pattern: str, says: str) -> None:
    with pytest.raises(LightledgerError) as caught:
        resolve(pattern)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_user_writes_is_no_regular_expression() -> None:
    template = Template("{visit:(a+)+$}_(a+)+.fits")
    assert template.parse("a" * 40 + "_b") is None
    assert template.parse("(a+)+$_(a+)+.fits") == {"visit": "(a+)+$"}


def test_a_hostile_name_is_answered() -> None:
    template = Template("{visit}_{band}_{kind}_{suffix}.{ext}")
    assert template.parse("_" * 250) is None
    assert template.parse("a_" * 120 + "!") is None


def test_folders_can_be_part_of_a_template() -> None:
    template = Template("{visit}/{band}_{kind}.{ext}")
    assert template.parse("deep/gr1/R_sci.fits") == {
        "visit": "gr1",
        "band": "R",
        "kind": "sci",
        "ext": "fits",
    }
    assert template.parse("R_sci.fits") is None


def test_the_preset_that_names_follow_is_chosen() -> None:
    assert choose(["IDF_gr1_ch1_sci.fits", "IDF_gr1_ch1_unc.fits", "notes.fits"]) == "dark-field"
    assert choose(["SPITZER_I1_1_0000_0000_1_bcd.fits"]) == "spitzer"
    assert choose(["img1.fits", "img2.fits", "img3.fits", "IDF_gr1_ch1_sci.fits"]) == "header"


def test_the_shipped_presets_are_the_ones_used() -> None:
    shipped = Path(__file__).parents[2] / "resources" / "templates.toml"
    assert tomllib.loads(shipped.read_text())["templates"] == PRESETS
