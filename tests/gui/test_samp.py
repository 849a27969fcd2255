"""The window and a second real program at a real hub: tables, rows and places, both ways."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from astropy.io import votable
from astropy.table import Table
from sampothers import Other, doomed_hub_at, hub_at, variable

from lightledger.app.settings import SAMP_AT_START, Settings
from lightledger.app.window import Window
from lightledger.exchange.listener import Listener

pytestmark = pytest.mark.window
S = 20_000


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the hub's lock file is, for this test alone."""
    monkeypatch.setenv("SAMP_HUB", variable(tmp_path / "samp-lock"))
    monkeypatch.setattr(Listener, "timeout", 0.02)
    monkeypatch.setenv("LIGHTLEDGER_HOME", str(tmp_path / "home"))
    return tmp_path / "samp-lock"


@pytest.fixture
def other(lock: Path) -> Iterator[Other]:
    with hub_at(lock):
        made = Other("TOPCAT")
        yield made
        made.close()


@pytest.fixture
def open_window(window, store, qtbot):
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None, timeout=S)
    return window


@pytest.fixture
def connected(open_window: Window, other: Other, qtbot) -> Window:
    open_window.actions_["connect_samp"].trigger()
    qtbot.waitUntil(lambda: len(open_window.samp.link.peers) == 1, timeout=S)
    return open_window


def entry(window, who: str, what: str):
    """An entry of the menu 'Send to'."""
    window.samp.menu.fill()
    (menu,) = [a.menu() for a in window.samp.menu.actions() if a.text() == who]
    entries = [
        *menu.actions(),
        *(b for a in menu.actions() if a.menu() for b in a.menu().actions()),
    ]
    return next(action for action in entries if action.text().startswith(what))


def sent(window, other: Other, qtbot, what: str, mtype: str = "table.load.votable") -> dict:
    n = len(other.heard_of(mtype))
    entry(window, "TOPCAT", what).trigger()
    qtbot.waitUntil(lambda: len(other.heard_of(mtype)) > n, timeout=S)
    return other.heard_of(mtype)[-1]


def path_of(params: dict) -> Path:
    return Path(params["url"].removeprefix("file://"))


def write(path: Path, **columns: object) -> str:
    Table(columns).write(path, format="votable")
    return path.as_uri()


def listed(window) -> list[int]:
    return sorted(window.docks.table.model.order.tolist())


# ---- off until asked


def test_nothing_is_loaded_or_open_before_it_is_asked_for(window) -> None:
    assert not window.samp.link.on
    assert window.samp.sign.isHidden()
    assert [a.text() for a in window.samp.menu.actions()] == ["Connect to SAMP hub"]
    code = "import lightledger.app.main, sys; print('xmlrpc.client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_a_hub_one_line_says_so(window, lock, qtbot) -> None:
    with qtbot.waitSignal(window.samp.link.ended, timeout=S):
        window.actions_["connect_samp"].trigger()
    assert "no SAMP hub is running; start TOPCAT" in window.centre.bar.message
    assert window.actions_["connect_samp"].text() == "Connect to SAMP hub"


def connecting_window(qtbot, tmp_path: Path) -> Window:
    """A window that connects as it starts."""
    settings = Settings(tmp_path / "s.toml")
    settings.set(SAMP_AT_START, True)
    made = Window(settings)
    qtbot.addWidget(made)
    return made


def test_it_may_connect_as_the_program_starts(other, qtbot, tmp_path) -> None:
    window = connecting_window(qtbot, tmp_path)
    qtbot.waitUntil(lambda: window.samp.link.on, timeout=S)
    assert len(other.ours) == 1
    window.close()
    assert other.ours == []  # it took leave


def test_a_start_without_a_hub_makes_no_fuss(lock, qtbot, tmp_path) -> None:
    window = connecting_window(qtbot, tmp_path)
    qtbot.waitUntil(lambda: "no SAMP hub" in window.statusBar().currentMessage(), timeout=S)
    assert window.centre.bar.message == ""
    window.close()


# ---- out


def test_the_object_table_arrives_with_ids_and_units(connected, other, qtbot) -> None:
    params = sent(connected, other, qtbot, "All 48 objects")
    table = Table.read(path_of(params), format="votable")
    assert list(table["id"][:2]) == ["I1", "I2"]
    assert len(table) == 48
    assert str(table["ra"].unit) == "deg"
    assert str(table["median"].unit) == "uJy"
    assert str(table["mag"].unit) == "mag"
    assert np.array_equal(table["ra"], connected.open.session.field.ra_deg)
    file = votable.parse(path_of(params))
    assert file.get_first_table().get_field_by_id("ra").ucd == "pos.eq.ra;meta.main"
    assert votable.validate(str(path_of(params)), output=None)


def test_the_list_and_a_subset_are_what_is_sent(connected, other, qtbot) -> None:
    store = connected.open
    with qtbot.waitSignal(store.filter.changed, timeout=S):
        store.toolbar.filter.put("ra > 265")
    connected.open.acts.save_subset("east", store.filter)
    table = Table.read(path_of(sent(connected, other, qtbot, "The list: ")), format="votable")
    assert list(table["id"]) == [store.session.ids[i] for i in connected.docks.table.model.order]
    store.toolbar.filter.clear()
    table = Table.read(path_of(sent(connected, other, qtbot, "east")), format="votable")
    assert min(table["ra"]) > 265
    assert len(table) == np.count_nonzero(store.session.field.ra_deg > 265)


def test_a_light_curve_says_in_which_time_it_is(connected, other, qtbot) -> None:
    connected.open.session.set_object("I8")
    params = sent(connected, other, qtbot, "Light curve of I8")
    assert params["name"].startswith("I8 in ch1_")
    file = votable.parse(path_of(params))
    systems = {system.ID: system.timescale for system in file.resources[0].time_systems}
    assert systems == {"mjd_utc": "UTC", "bjd_tdb": "TDB"}
    assert set(file.get_first_table().array["object"]) == {"I8"}


def test_a_position_and_a_frame_are_sent(connected, other, qtbot, store) -> None:
    session = connected.open.session
    params = sent(connected, other, qtbot, "Position of", "coord.pointAt.sky")
    assert float(params["ra"]) == session.field.ra_deg[session.index]
    session.step_cursor(1)
    frame = store.with_name(f"{session.cursor.visit}.fits")
    entry(connected, "TOPCAT", "Frame of visit").trigger()
    bar = connected.centre.bar
    qtbot.waitUntil(lambda: "no frame here any more" in bar.message, timeout=S)
    frame.touch()
    assert path_of(sent(connected, other, qtbot, "Frame", "image.load.fits")) == frame


def test_what_another_program_cannot_do_is_said(connected, other, qtbot) -> None:
    other.fails = "out of memory"
    sent(connected, other, qtbot, "Position of", "coord.pointAt.sky")
    bar = connected.centre.bar
    qtbot.waitUntil(lambda: bar.message == "TOPCAT: out of memory", timeout=S)


def test_only_those_who_listen_are_offered_and_all_can_be_told(connected, other, qtbot) -> None:
    deaf = Other("spreadsheet", ("samp.app.event.x",))
    sky = Other("Aladin & Co", ("coord.pointAt.sky",))
    try:
        qtbot.waitUntil(lambda: len(connected.samp.link.peers) == 3, timeout=S)
        qtbot.waitUntil(lambda: any(p.takes("coord.x") is False and p.name[0] == "A" and p.takes(
            "coord.pointAt.sky") for p in connected.samp.link.peers), timeout=S)  # fmt: skip
        connected.samp.menu.fill()
        names = [a.text() for a in connected.samp.menu.actions() if a.menu()]
        assert names == ["Aladin && Co", "TOPCAT", "All programs"]
        entry(connected, "All programs", "Position").trigger()
        qtbot.waitUntil(lambda: len(sky.heard) == len(other.heard) == 1, timeout=S)
        assert connected.samp.sign.text().strip() == "SAMP: 3 others"
    finally:
        sky.close()
        deaf.close()


# ---- rows, both ways


def test_rows_are_highlighted_both_ways_without_an_echo(connected, other, qtbot) -> None:
    session = connected.open.session
    table = sent(connected, other, qtbot, "All 48 objects")
    other.ask("table.highlight.row", **{"table-id": table["table-id"], "url": "", "row": "31"})
    qtbot.waitUntil(lambda: session.index == 31, timeout=S)
    session.set_index(3)
    qtbot.waitUntil(lambda: bool(other.heard_of("table.highlight.row")), timeout=S)
    (said,) = other.heard_of("table.highlight.row")  # 31 was not said back
    assert said == {"table-id": table["table-id"], "url": table["url"], "row": "3"}


def test_rows_chosen_elsewhere_become_the_list(connected, other, qtbot) -> None:
    table = sent(connected, other, qtbot, "All 48 objects")
    other.ask("table.select.rowList", **{"url": table["url"], "row-list": ["2", "40", "999"]})
    qtbot.waitUntil(lambda: listed(connected) == [2, 40], timeout=S)
    assert "2 of 3 rows chosen in TOPCAT are objects here" in connected.statusBar().currentMessage()
    view = connected.docks.table.view
    view.selectAll()
    params = sent(connected, other, qtbot, "Which rows", "table.select.rowList")
    assert sorted(params["row-list"]) == ["2", "40"]


# ---- in


def test_a_table_of_ids_becomes_a_list_that_can_be_kept(connected, other, qtbot, tmp_path) -> None:
    url = write(tmp_path / "mine.vot", id=["I3", "nobody", "I9"])
    tag = other.ask("table.load.votable", url=url, **{"table-id": "t1", "name": "mine"})
    qtbot.waitUntil(lambda: listed(connected) == [2, 8], timeout=S)
    said = connected.statusBar().currentMessage()
    assert "mine from TOPCAT: 2 of 3 rows are objects here, by id" in said
    qtbot.waitUntil(lambda: tag in other.answers, timeout=S)
    assert other.answers[tag]["samp.status"] == "samp.ok"
    connected.open.acts.save_subset("mine", connected.open.filter)
    assert connected.open.session.field.journal.state.subsets["mine"].objects == ("I3", "I9")
    # and its rows are known from now on
    other.ask("table.highlight.row", **{"table-id": "t1", "row": "2"})
    qtbot.waitUntil(lambda: connected.open.session.index == 8, timeout=S)


def test_a_table_of_positions_is_matched_within_the_radius(
    connected, other, qtbot, tmp_path
) -> None:
    field = connected.open.session.field
    dec = field.dec_deg[[4, 5]] + [0.5 / 3600, 5 / 3600]  # one within an arcsecond
    path = tmp_path / "places.fits"
    Table({"RAJ2000": field.ra_deg[[4, 5]], "DEJ2000": dec}).write(path)
    other.ask("table.load.fits", url=path.as_uri(), name="places")
    qtbot.waitUntil(lambda: listed(connected) == [4], timeout=S)
    said = connected.statusBar().currentMessage()
    assert "1 of 2 rows are objects here, within 1 arcsec" in said


def test_a_place_selects_the_nearest_object_and_says_how_far(connected, other, qtbot) -> None:
    session = connected.open.session
    ra, dec = session.field.ra_deg[20], session.field.dec_deg[20] + 3 / 3600
    other.ask("coord.pointAt.sky", ra=repr(float(ra)), dec=repr(float(dec)))
    qtbot.waitUntil(lambda: session.index == 20, timeout=S)
    said = connected.statusBar().currentMessage
    assert said() == "I21: 3 arcsec from the place TOPCAT points at"
    tag = other.ask("coord.pointAt.sky", ra="10", dec="-70")
    qtbot.waitUntil(lambda: tag in other.answers, timeout=S)
    qtbot.waitUntil(lambda: "no object within 10 arcsec" in said(), timeout=S)
    assert session.index == 20


def test_hostile_messages_change_nothing_and_are_answered(
    connected, other, qtbot, tmp_path
) -> None:
    (tmp_path / "no-table.vot").write_text("<VOTABLE><RESOURCE/></VOTABLE>")
    (tmp_path / "reaches.vot").write_text(
        '<VOTABLE><RESOURCE><TABLE><FIELD name="id" datatype="int"/><DATA><FITS>'
        '<STREAM href="file:///etc/passwd"/></FITS></DATA></TABLE></RESOURCE></VOTABLE>'
    )
    unrelated = write(tmp_path / "unrelated.vot", id=["a", "b"], ra=[1.0, 2.0], dec=[3.0, 4.0])
    before = (listed(connected), connected.open.session.index)
    for params, said in (
        ({"url": "http://example.org/t.vot"}, "only files and pages of this machine"),
        ({"url": (tmp_path / "no-table.vot").as_uri()}, "no rows"),
        ({"url": (tmp_path / "reaches.vot").as_uri()}, "another file"),
        ({"url": "file:///dev/zero"}, "no file"),
        ({"url": "x" * 5000}, "too long"),
        ({}, "missing"),
    ):
        tag = other.ask("table.load.votable", **params)
        qtbot.waitUntil(lambda tag=tag: tag in other.answers, timeout=S)
        assert said in other.answers[tag]["samp.error"]["samp.errortxt"]
    tag = other.ask("table.highlight.row", **{"table-id": "never sent", "row": "1"})
    qtbot.waitUntil(lambda: tag in other.answers, timeout=S)
    other.ask("table.load.votable", url=unrelated)
    bar = connected.centre.bar
    qtbot.waitUntil(lambda: "0 of 2 rows are objects here" in bar.message, timeout=S)
    assert (listed(connected), connected.open.session.index) == before
    assert not list((tmp_path / "home" / "cache" / "samp").glob("arrived-*"))


# ---- the end


def test_a_hub_that_ends_is_said_and_can_be_found_again(open_window, lock, qtbot) -> None:
    link = open_window.samp.link
    with hub_at(lock):
        open_window.actions_["connect_samp"].trigger()
        qtbot.waitUntil(lambda: link.on, timeout=S)
    qtbot.waitUntil(lambda: not link.on, timeout=S)
    assert open_window.centre.bar.message == "the SAMP hub has ended"
    assert open_window.actions_["connect_samp"].text() == "Connect to SAMP hub"
    assert open_window.samp.sign.isHidden()
    with hub_at(lock):
        open_window.actions_["connect_samp"].trigger()
        qtbot.waitUntil(lambda: link.on, timeout=S)
        open_window.actions_["connect_samp"].trigger()
        assert not link.on


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_hub_that_is_killed_is_found_out(open_window, lock, qtbot) -> None:
    link = open_window.samp.link
    with doomed_hub_at(lock) as hub:
        open_window.actions_["connect_samp"].trigger()
        qtbot.waitUntil(lambda: link.on, timeout=S)
        hub.kill()
        hub.wait()
        with qtbot.waitSignal(link.ended, timeout=S):
            link.look()  # as it does every few seconds
    assert "the SAMP hub does not answer" in open_window.centre.bar.message
    assert not link.on


def test_tables_of_another_store_are_not_known_any_more(connected, other, qtbot) -> None:
    table = sent(connected, other, qtbot, "All 48 objects")
    connected.stores.close()
    tag = other.ask("table.highlight.row", **{"table-id": table["table-id"], "row": "1"})
    qtbot.waitUntil(lambda: tag in other.answers, timeout=S)
    assert other.answers[tag]["samp.error"]["samp.errortxt"] == "no store is open"
    connected.samp.menu.fill()
    assert connected.samp.menu.actions()[0].text() == "Open a store first"
