"""The manual in the window: F1 by focus, search, history, themes; nothing from elsewhere."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QShortcut, QTextDocument
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox

import lightledger.app
from lightledger.app.docklist import DOCKS
from lightledger.app.manual import pages
from lightledger.app.manual.viewer import ManualWindow
from lightledger.app.manual.where import OF_DOCK, OF_PART, page_for
from lightledger.app.settings import THEME

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def manual(window, qtbot) -> ManualWindow:
    window.help.open()
    made = window.help.manual
    qtbot.waitUntil(lambda: made.isVisible() and made.browser.page != "")
    return made


def wait_for_page(window, qtbot, name: str) -> None:
    qtbot.waitUntil(lambda: window.help.manual.browser.page == name)


def words(manual: ManualWindow) -> str:
    return manual.browser.toPlainText()


def test_f1_opens_the_page_of_what_has_the_keys(window, qtbot, store):
    window.actions_["show_help"].trigger()
    wait_for_page(window, qtbot, "first-minutes.md")
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    for name in ("objects", "periods", "cleaning", "variability", "vetting"):
        window.docks.reveal(name)
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        dock = window.docks[name]
        dock.take_keys()
        qtbot.waitUntil(lambda dock=dock: dock.isAncestorOf(QApplication.focusWidget()))
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F1)
        wait_for_page(window, qtbot, OF_DOCK[name].partition("#")[0])
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.open.page.take_keys()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F1)
    wait_for_page(window, qtbot, "panels.md")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.open.toolbar.filter.focus()
    window.actions_["show_help"].trigger()
    wait_for_page(window, qtbot, "lists.md")


def test_f1_works_in_dialogs_and_the_manual_stays_usable_beside_them(window, qtbot):
    window.actions_["change_settings"].trigger()
    dialog = QApplication.activeModalWidget()
    qtbot.waitUntil(lambda: dialog.findChild(QShortcut, "helpKey") is not None)
    dialog.findChild(QShortcut, "helpKey").activated.emit()
    manual = window.help.manual
    wait_for_page(window, qtbot, "settings.md")
    qtbot.keyClicks(manual.box, "portable")
    assert manual.box.text() == "portable"
    dialog.reject()
    assert manual.isVisible()
    window.close()
    assert window.help.manual is None, "it goes with the window"


def test_the_wizards_buttons_are_about_the_page_that_is_shown(window, qtbot, tmp_path):
    window.ingesting.start([tmp_path], [])
    wizard = window.ingesting.wizard
    qtbot.waitUntil(lambda: not wizard.jobs.busy, timeout=SLOW)
    assert page_for(wizard.cancel_button) == page_for(wizard.files) == "ingest.md#files"
    wizard.stack.setCurrentWidget(wizard.measure)
    assert page_for(wizard.next_button) == "measurements.md"
    wizard.stack.setCurrentWidget(wizard.files)
    wizard.reject()


def test_every_dock_dialog_and_page_has_its_page():
    for module in pkgutil.walk_packages(lightledger.app.__path__, "lightledger.app."):
        importlib.import_module(module.name)
    assert set(OF_DOCK) == {spec.name for spec in DOCKS}
    for name in OF_PART:
        module, _, part = name.rpartition(".")
        assert hasattr(importlib.import_module(f"lightledger.app.{module}"), part), name
    for where in (*OF_DOCK.values(), *OF_PART.values()):
        name, _, place = where.partition("#")
        anchors = {section.anchor for section in pages.page(name).sections}
        assert not place or place in anchors, where
    from lightledger.app.manual.where import _of_class

    def below(kind: type) -> set[type]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    ours = {each for each in below(QDialog) if each.__module__.startswith("lightledger.app.")}
    without = [each for each in ours if not issubclass(each, QMessageBox) and not _of_class(each)]
    assert not without
    assert page_for(None) == ""


def test_search_leads_to_the_place_and_marks_the_words(manual, qtbot):
    qtbot.keyClick(manual, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(manual.box, "what sets saturated")
    assert manual.hits.topLevelItemCount() >= 1
    assert manual.browser.page == "flags.md"
    assert manual.browser.verticalScrollBar().value() > 0
    marked = {one.cursor.selectedText().lower() for one in manual.browser.extraSelections()}
    assert "saturated" in marked
    manual.box.setText("frames")
    first = manual.hits.currentIndex().row()
    for _ in range(60):
        qtbot.keyClick(manual.box, Qt.Key.Key_Return)
    assert manual.hits.currentIndex().row() != first, "Return goes on to the next page found"
    manual.box.setText("nosuchword")
    assert manual.nothing.isVisible()
    qtbot.keyClick(manual.box, Qt.Key.Key_Escape)
    assert manual.box.text() == ""
    assert manual.contents.isVisible()
    assert not manual.browser.extraSelections()


def test_back_and_forward_by_key_and_the_list_follows(manual, qtbot):
    manual.browser.show_page("flags.md")
    manual.browser.show_page("periods.md#peaks")
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(manual.browser, Qt.Key.Key_Left, alt)
    assert manual.browser.page == "flags.md"
    assert "uncertain_position" in words(manual)
    assert manual.contents.currentItem().text(0) == "Flags"
    qtbot.keyClick(manual.browser, Qt.Key.Key_Right, alt)
    assert manual.browser.page == "periods.md"
    qtbot.keyClick(manual.browser, Qt.Key.Key_Home, alt)
    assert manual.browser.page == pages.CONTENTS
    qtbot.keyClick(manual, Qt.Key.Key_Escape)
    assert not manual.isVisible()


def test_every_page_is_shown_with_its_pictures_no_wider_than_the_column(manual, qtbot):
    for page in pages.all_pages():
        manual.browser.show_page(page.name)
        assert manual.browser.page == page.name
        assert words(manual).startswith(page.title)
        room = manual.browser.viewport().width()
        assert manual.browser.document().size().width() <= room + 1, page.name
        images = [shape for shape in formats(manual.browser.document()) if shape.isImageFormat()]
        assert len(images) == len(page.pictures)
        for image in images:
            assert 200 < image.toImageFormat().width() <= room


def formats(document: QTextDocument) -> list:
    found, block = [], document.begin()
    while block.isValid():
        place = block.begin()
        while not place.atEnd():
            found.append(place.fragment().charFormat())
            place += 1
        block = block.next()
    return found


def test_the_theme_changes_the_page_in_place(manual, window):
    def colours() -> tuple[str, str]:
        link = next(f for f in formats(manual.browser.document()) if f.isAnchor())
        return link.foreground().color().name(), manual.browser.palette().base().color().name()

    manual.browser.show_page("flags.md#what-sets-them")
    for choice in ("light", "dark"):
        at = manual.browser.verticalScrollBar().value()
        window.settings.set(THEME, choice)
        theme = window.themes.current
        assert theme.name == choice
        assert colours() == (theme.accent.lower(), theme.plot.lower())
        assert manual.browser.page == "flags.md"
        assert manual.browser.verticalScrollBar().value() == at > 0


def test_nothing_is_loaded_from_elsewhere(manual):
    kind = QTextDocument.ResourceType.ImageResource.value
    assert manual.browser.loadResource(kind, QUrl("manual:/screenshots/panels.png")) is not None
    for where in (
        "https://example.org/a.png", "file:///etc/passwd", "manual:/../../../etc/passwd",
        "manual:/manual/flags.md", "manual:/presets/apertures.toml", "../screenshots/none.png",
        "manual:/../../../usr/share/pixmaps/debian-logo.png",
    ):  # fmt: skip
        assert manual.browser.loadResource(kind, QUrl(where)) is None, where


def test_links_lead_nowhere_else(manual, tmp_path: Path):
    other = tmp_path / "other.md"
    other.write_text("# Other")
    manual.browser.show_page("flags.md")
    for where in (other.as_uri(), "https://example.org/", "none.md", "../../README.md", str(other)):
        manual.browser.setSource(QUrl(where))
        assert manual.browser.page == "flags.md"
        assert "Flags" in words(manual)
