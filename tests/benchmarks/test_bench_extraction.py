"""What measuring promises beside SExtractor, astroscrappy and photutils, in one run.

    pytest tests/benchmarks/test_bench_extraction.py --benchmark-only

A quarter of a full frame's side; ratios of CPU time grow with the size of the field, so that the
limits here are lower than those of ``lightledger bench extraction``, which are for a full frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lightledger.bench.extraction import run, words
from lightledger.bench.extraction.field import FieldSize
from lightledger.bench.extraction.run import Effort


def test_extraction(tmp_path: Path, benchmark: Any) -> None:
    effort = Effort(turns=3, thread_turns=3, tick_visits=10, long_visits=300)
    result = benchmark.pedantic(run, (FieldSize(1024), effort), {"folder": tmp_path}, rounds=1)
    for heading, rows in words.tables(result):
        print(f"\n{words.plain(heading, rows)}")
    print(*words.footnotes(result), sep="\n")
    benchmark.extra_info.update(result.to_json())
    numbers = result.numbers()
    assert numbers["full_cpu_s"] < 0.4
    if not result.left_out:
        assert numbers["all_ratio"] > 30
    assert numbers["thread_gain"] > 1.3
    assert numbers["flatness"] < 1.2
