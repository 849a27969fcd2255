"""Shared fixtures: the real data folder, a home of our own, and no leaks."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A busy machine is no failure, and the same tree gives the same result; `make torture` explores.
explores = bool(os.environ.get("LIGHTLEDGER_TORTURE"))
examples = 100 if explores else 40
settings.register_profile("steady", deadline=None, derandomize=not explores, max_examples=examples)
settings.load_profile("steady")

#: Files that take longest, the first one on one processor and the second on another: so the
#: kernels are compiled once, while types are checked, and no processor is left with a long file
#: at the end.
FIRST = (
    "tests/photometry/test_warm.py",
    "tests/test_structure.py",
    "tests/ingest/test_cluster.py",
    "tests/store/test_other_systems.py",
    "tests/library/test_journal.py",
    "tests/gui/test_samp.py",
    "tests/gui/test_wizard.py",
    "tests/ingest/test_chain.py",
    "tests/real/test_broken_files.py",
    "tests/chain/test_demo.py",
    "tests/gui/test_newcomer.py",
    "tests/ingest/test_bad_input.py",
    "tests/real/test_transit_night.py",
    "tests/real/test_variable_star.py",
    "tests/real/test_catalogue_visits.py",
    "tests/ingest/test_dark_field.py",
    "tests/gui/test_wizard_where.py",
    "tests/bench/test_extraction.py",
    "tests/gui/test_renewal.py",
    "tests/demo/test_make.py",
    "tests/real/test_spitzer.py",
    "tests/faults/test_ingest_kill.py",
    "tests/faults/test_window_leafing.py",
    "tests/gui/test_vetting_keys.py",
    "tests/gui/test_wizard_measuring.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let files go to the processors in our order, not by how many tests they have."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: k for k, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(FIRST)))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with real frames, named by LIGHTLEDGER_TEST_DATA; skips with the reason without it."""
    folder = os.environ.get("LIGHTLEDGER_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("LIGHTLEDGER_TEST_DATA does not name the folder of real frames")
    return Path(folder)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, journals and recent files never touch the user's own folders."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        folder = home / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """A test that leaves a thread behind fails."""
    before = set(threading.enumerate())
    yield
    leaked = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    for thread in leaked:
        thread.join(timeout=2)
    leaked = [t.name for t in leaked if t.is_alive()]
    assert not leaked, f"threads left running: {leaked}"
