"""The manual names everything that the program declares, and leads nowhere that is not there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from lightledger.app.manual import pages
from lightledger.app.manual.search import search

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
import manual as writer  # noqa: E402

sys.path.pop(0)


def text_of(name: str) -> str:
    return pages.page(name).source


def test_its_tables_are_what_the_program_declares() -> None:
    late = [page.name for page in writer.outdated()]
    assert not late, f"out of date: {', '.join(late)}; run packaging/manual.py (make manual)"


def test_every_file_of_it_is_listed_and_every_listed_page_is_there() -> None:
    listed = {name for _, names in pages.contents() for name in names}
    files = {path.name for path in pages.folder().glob("*.md")}
    assert listed == files - {pages.CONTENTS} | {"../../FORMAT.md"}
    titles = [page.title for page in pages.all_pages()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("name", [pages.CONTENTS, *(page.name for page in pages.all_pages())])
def test_links_and_pictures_lead_to_what_is_there(name: str) -> None:
    page = pages.page(name)
    for link, place in page.links:
        assert pages.exists(link or name), f"{name}: {link}"
        anchors = {section.anchor for section in pages.page(link or name).sections}
        assert not place or place in anchors, f"{name}: {link}#{place}"
    for picture in page.pictures:
        path = (pages.folder() / picture).resolve()
        assert path.is_file(), f"{name}: {picture}"
        assert path.suffix == ".png"
        assert path.is_relative_to(pages.folder().parent)
    foreign = re.search(r"https?:|<(img|a|script|link|iframe)\b", page.source)
    assert not foreign, "nothing from elsewhere, no HTML"


def test_every_setting_is_named() -> None:
    from lightledger.app.settings.declared import ENTRIES

    text = text_of("settings.md")
    missing = [e.key for e in ENTRIES if f"`{e.key}`" not in text or e.help not in text]
    assert not missing


def test_every_flag_has_its_meaning_and_what_sets_it() -> None:
    from lightledger.domain.flags import REGISTRY

    sections = {section.anchor: section.text for section in pages.page("flags.md").sections}
    for entry in REGISTRY:
        assert entry.meaning in text_of("flags.md")
        assert f"{entry.name}: " in sections["what-sets-them"], entry.name


def test_every_statistic_is_defined_and_every_column_named() -> None:
    from lightledger.analysis.columns import STATISTICS
    from lightledger.library.columns import DERIVED, DISTANCE, JOURNAL

    definitions = text_of("statistics.md").partition("## Definitions")[2]
    for column in STATISTICS:
        assert f"`{column.name}`" in definitions, column.name
    for name in (*DERIVED, *DISTANCE, *JOURNAL):
        assert f"`{name}`" in text_of("lists.md"), name


def test_every_verb_and_option_is_named() -> None:
    sections = {section.heading: section.text for section in pages.page("commands.md").sections}
    n = 0
    for name, command in writer.verbs():
        for parameter in command.params:
            words = [*parameter.opts, *parameter.secondary_opts]
            if parameter.param_type_name == "option":
                assert all(word in sections[name].split() or f"{word}," in sections[name]
                           for word in words), f"{name} {words}"  # fmt: skip
                n += 1
    assert n > 80


def test_every_action_and_key_is_named() -> None:
    from lightledger.app.actions import _spoken
    from lightledger.app.commands import SPECS

    text = text_of("keys.md")
    for spec in SPECS:
        assert spec.is_line or spec.text in text, spec.name
        assert all(f"`{_spoken(key)}`" in text for key in spec.keys), spec.name


def test_every_format_recipe_setting_and_method_is_named() -> None:
    from dataclasses import fields

    from lightledger.domain.methods import FLUX_METHODS, IMAGES, RATIO_METHODS
    from lightledger.domain.recipe import Recipe
    from lightledger.export.formats import FORMATS

    for form in FORMATS:
        assert f"`{form.name}`" in text_of("export.md"), form.name
    for section in ("measuring", "catalogues", "presenting"):
        for field in fields(getattr(Recipe(), section)):
            assert re.search(rf"^{field.name} = ", text_of("recipes.md"), re.MULTILINE), field.name
    for name in (*IMAGES, *FLUX_METHODS, *RATIO_METHODS):
        assert f"`{name}" in text_of("measurements.md"), name


def test_search_finds_sections_by_every_word() -> None:
    assert search("")[:1] == search("  ") == []
    assert search("nosuchwordanywhere") == []
    first = search("saturated")[0]
    assert search("what sets saturated")[0].page == "flags.md"
    assert first.snippet
    assert [hit.page for hit in search("von neumann ratio")] == ["statistics.md"]
    excess = search("excess locus")[0]
    assert (excess.page, excess.anchor) == ("statistics.md", "excess")
    assert {hit.page for hit in search("STETSON")} >= {"statistics.md"}, "large and small letters"
