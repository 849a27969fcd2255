"""The pool and the bridge: results on the window's thread, cancel, stale news, no leaks."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QThread

from lightledger.domain import Cancelled, Control, LightledgerError, Progress
from lightledger.workers import Jobs, PoolSubmitter, heavy_imports


@pytest.fixture
def jobs(qapp):
    jobs = Jobs()
    yield jobs
    jobs.close()


def test_submitter_gives_results_and_exceptions(qapp):
    with PoolSubmitter(3) as pool:
        futures = [pool.submit(divmod, n, 7) for n in range(200)]
        assert [f.result() for f in futures] == [divmod(n, 7) for n in range(200)]
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result()


def test_submitter_uses_its_threads_at_once(qapp):
    meet = threading.Barrier(2)
    with PoolSubmitter(2) as pool:
        first, second = pool.submit(meet.wait, 20), pool.submit(meet.wait, 20)
        assert {first.result(), second.result()} == {0, 1}


def test_submitter_close_cancels_what_waits_and_waits_for_what_runs(qapp):
    started, go = threading.Event(), threading.Event()
    pool = PoolSubmitter(1)

    def slow() -> int:
        started.set()
        go.wait(20)
        return 7

    running = pool.submit(slow)
    waiting = pool.submit(slow)
    assert started.wait(20)
    threading.Timer(0.05, go.set).start()
    pool.close()
    assert running.result() == 7
    assert waiting.cancelled()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(slow)


def test_submitter_keeps_nothing_of_a_finished_task(qapp):
    class Big:
        pass

    big = Big()
    gone = weakref.ref(big)
    with PoolSubmitter(1) as pool:
        pool.submit(lambda thing: None, big).result()
        pool.drain()
        del big
        assert gone() is None


def test_results_arrive_on_the_threads_own_loop(jobs, qtbot):
    seen = []
    threads = []

    def work(a, b, *, control, report):
        assert isinstance(control, Control)
        report(Progress("work", 1, 2))
        threads.append(threading.get_ident())
        return a + b

    def done(value):
        seen.append((value, QThread.currentThread() is jobs.thread()))

    jobs.run(work, 2, 3, done=done)
    qtbot.waitUntil(lambda: bool(seen), timeout=10_000)
    assert seen == [(5, True)]
    assert threads[0] != threading.get_ident()
    assert not jobs.busy


def test_the_last_progress_always_arrives(jobs, qtbot):
    steps = []
    over = []

    def work(*, report):
        for n in range(1, 5001):
            report(Progress("count", n, 5000))

    jobs.run(work, progress=lambda p: steps.append(p.done), done=over.append)
    qtbot.waitUntil(lambda: bool(over), timeout=20_000)
    assert steps[-1] == 5000
    assert steps == sorted(steps)


def test_failures_become_one_line(jobs, qtbot, tmp_path):
    lines = []

    def broken():
        raise KeyError("visit\nTraceback")

    jobs.run((tmp_path / "none.fits").read_bytes, failed=lines.append)
    qtbot.waitUntil(lambda: len(lines) == 1, timeout=10_000)
    jobs.run(broken, failed=lines.append)
    qtbot.waitUntil(lambda: len(lines) == 2, timeout=10_000)
    assert all(isinstance(line, LightledgerError) for line in lines)
    assert "none.fits" in str(lines[0])
    assert "\n" not in str(lines[1])
    assert isinstance(lines[1].__cause__, KeyError)


def test_cancel_is_silent_and_stop_is_heard(jobs, qtbot):
    heard = []

    def work(*, control):
        while True:
            control.check()

    quiet = jobs.run(
        work, done=heard.append, failed=heard.append, cancelled=lambda: heard.append(1)
    )
    quiet.cancel()
    loud = jobs.run(work, cancelled=lambda: heard.append("stopped"))
    loud.stop()
    qtbot.waitUntil(lambda: not jobs.busy, timeout=10_000)
    assert heard == ["stopped"]


def test_a_channel_drops_what_it_superseded(jobs, qtbot):
    go = threading.Event()
    heard = []

    def work(name):
        go.wait(10)
        return name

    for name in "abc":
        jobs.run(work, name, done=heard.append, channel="picture")
    go.set()
    qtbot.waitUntil(lambda: not jobs.busy, timeout=10_000)
    assert heard == ["c"]


def test_drain_leaves_nothing_running(jobs, qtbot):
    entered = threading.Event()
    ended = threading.Event()
    heard = []

    def work(*, control):
        entered.set()
        try:
            while True:
                control.check()
        except Cancelled:
            ended.set()
            raise

    jobs.run(work, cancelled=lambda: heard.append(1))
    assert entered.wait(10)
    jobs.drain()
    assert ended.is_set()
    assert not jobs.busy
    qtbot.wait(1)
    assert heard == []


def test_a_broken_listener_does_not_swallow_the_rest(jobs, qtbot):
    heard = []

    def bad(_):
        raise RuntimeError("listener")

    jobs.run(int, "1", done=bad)
    jobs.run(int, "2", done=heard.append)
    qtbot.waitUntil(lambda: heard == [2], timeout=10_000)


def test_an_argument_called_report_stays_what_was_given(jobs, qtbot):
    heard = []

    def work(report, control=None):
        return report, control is not None

    jobs.run(work, "mine", done=heard.append)
    qtbot.waitUntil(lambda: heard == [("mine", True)], timeout=10_000)


def test_collection_rests_during_heavy_imports_and_always_comes_back():
    with heavy_imports():
        assert not gc.isenabled()
        with pytest.raises(ModuleNotFoundError), heavy_imports():
            import no_such_module_at_all  # noqa: F401
        assert not gc.isenabled()
    assert gc.isenabled()


def test_after_close_nothing_runs_and_nothing_is_raised(qtbot):
    """Timers of a dialog that was just closed may still ask."""
    jobs = Jobs()
    jobs.close()
    ran = []
    job = jobs.run(ran.append, 1, done=ran.append, failed=ran.append)
    assert job.control.cancelled
    assert not jobs.busy
    assert ran == []
