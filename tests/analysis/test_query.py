"""The query language: what it means, what it says when it cannot be read, and that it is safe."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.analysis.query import (
    FUNCTIONS,
    KEYWORDS,
    NoSuchColumn,
    QueryError,
    near_names,
    parse,
    quoted,
)

NAN = math.nan
COLUMNS = {
    "mag": np.array([16.5, 17.0, 18.0, NAN]),
    "excess": np.array([1.0, 5.0, NAN, 9.0]),
    "n_good": np.array([10, 20, 30, 40], np.int32),
    "FLAGS": np.array([0, 1, 3, 0], np.uint8),
    "source_id": np.array([2**62, 2**62 + 1, 2**62 + 2, 7]),
    "kind": np.array(["star", "galaxy", "", "it's"], object),
    "tags": np.fromiter([("agn", "blend"), (), ("agn",), ("agn2",)], object, 4),
    "variable": np.array([True, False, True, False]),
    "mag-auto": np.array([1.0, 2.0, 3.0, 4.0]),
    "ch2_sci-auto.scatter": np.array([0.1, 0.2, 0.3, 0.4]),
    "FLUX_APER": np.zeros((4, 3)),
}


def rows(text: str) -> list[int]:
    found = parse(text).evaluate(COLUMNS)
    assert found.dtype == bool
    assert found.shape == (4,)
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mag < 17", [0]),
        ("mag <= 17", [0, 1]),
        ("mag > 16.5 and mag < 18", [1]),
        ("16.5 < mag <= 18", [1, 2]),
        ("18 >= mag > 16.5 != 3", [1, 2]),
        ("mag = 17", [1]),
        ("mag == 17 or n_good = 40", [1, 3]),
        ("MAG < 17 AND Excess < 2", [0]),
        ("mag ≤ 17", [0, 1]),
        # whatever is compared with a missing number is false; `not` turns that round
        ("mag != 17", [0, 2]),
        ("mag <> 17", [0, 2]),
        ("not mag < 17.5", [2, 3]),
        ("isnan(mag) or isnan(excess)", [2, 3]),
        ("between(mag, 17, 18)", [1, 2]),
        # ranks, from the loosest: or, and, not, comparison, sum, product, sign, power
        ("true or false and false", [0, 1, 2, 3]),
        ("not variable and n_good > 25", [3]),
        ("not (variable and n_good > 25)", [0, 1, 3]),
        ("1 + 2 * 3 == 7 and 10 - 2 - 3 == 5 and 12 / 3 / 2 == 2", [0, 1, 2, 3]),
        ("-2 ** 2 == -4 and 2 ** -1 == 0.5 and 2 ** 3 ** 2 == 512", [0, 1, 2, 3]),
        ("n_good / 3 > 10", [3]),
        ("n_good - 10 == 0", [0]),
        ("abs(mag - 17) < 0.6 and log10(n_good) >= 1 and sqrt(n_good) < 4", [0]),
        ("mag < 1e3 and mag > .5e1 and mag > 5.", [0, 1, 2]),
        # integers are compared exactly, those beyond 2^53 too
        ("source_id == 4611686018427387905", [1]),
        ("FLAGS == 0", [0, 3]),
        ("FLAGS < 1000", [0, 1, 2, 3]),
        ("FLAGS - 1 < 0", [0, 3]),
        # yes and no
        ("variable", [0, 2]),
        ("variable == false", [1, 3]),
        ("variable == 1", [0, 2]),
        ("variable + variable == 2", [0, 2]),
        # text
        ("kind == 'star'", [0]),
        ('kind == "star" or "galaxy" == kind', [0, 1]),
        ("kind == 'it''s'", [3]),
        ("kind != ''", [0, 1, 3]),
        ("tags == 'agn'", [0, 2]),
        ("tags != 'agn'", [1, 3]),
        ("tags == ''", [1]),
        ("'blend' == tags", [0]),
        ("contains(kind, 'A') and not contains(tags, 'ag')", [1]),
        ("contains('whole', 'hol')", [0, 1, 2, 3]),
        # names that are no identifiers, and other measurements
        ("`mag-auto` > 2", [2, 3]),
        ("mag - `mag-auto` > 15", [0]),
        ("`ch2_sci-auto`.scatter > 0.25", [2, 3]),
        ("`ch2_sci-auto`.`scatter` > 0.25", [2, 3]),
        ("((((mag))) > 17)", [2]),
        ("1 < 2", [0, 1, 2, 3]),
    ],
)
def test_what_it_means(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("exces > 3", 0, r"no column 'exces' .character 1.; did you mean excess\?"),
        ("mag < 18 and exces > 3", 13, "character 14"),
        ("ch2_sci-auto.scatter > 1", 0, "in back-quotes: `ch2_sci-auto`.scatter"),
        ("mag-auto > 1", 4, "did you mean `mag-auto`"),
        ("mag == nan", 7, r"isnan\(x\)"),
        ("log(mag) < 1", 0, "no function 'log'.*did you mean log10"),
        ("zzz(mag) < 1", 0, "functions are abs, log10"),
        ("between(mag, 1)", 0, "takes 3, not 2"),
        ("abs() > 1", 0, "takes 1, not 0"),
        ("contains(mag, '1')", 9, "mag is no text"),
        ("contains(kind, mag)", 15, "mag is no text in quotes"),
        ("kind like 'st'", 5, r"write contains\(x, 'text'\)"),
        ("kind == zzz", 8, "text stands in quotes: 'zzz'"),
        ("mag", 0, "mag is a number where a condition is needed.*compare it"),
        ("mag and excess > 3", 0, "mag is a number"),
        ("kind", 0, "kind is text where a condition"),
        ("not n_good", 4, "n_good is a number"),
        ("kind > 'a'", 0, "== and != only"),
        ("kind == 3", 8, "3 is no text but kind is"),
        ("mag == '17'", 0, "mag is no text but '17' is"),
        ("1 + kind > 2", 4, "kind is text where a number is needed"),
        ("tags == kind", 8, "no text in quotes"),
        ("FLUX_APER > 3", 0, "3 values in each cell"),
        ("mag > 17 && excess > 3", 9, "write 'and'"),
        ("mag > 17 || excess > 3", 9, "write 'or'"),
        ("!variable", 0, "write 'not'"),
        ("mag ^ 2 > 3", 4, r"write '\*\*'"),
        ("kind in ('a', 'b')", 5, "write x == 'a' or"),
        ("mag between 16 and 17", 4, "between.x, low, high."),
        ("mag is null", 4, "isnan"),
        ("2mass > 1", 0, "in back-quotes: `2mass`"),
        ("(mag > 17", 0, "not closed"),
        ("mag > 17)", 8, "not expected"),
        ("mag >", 4, "ends too early"),
        ("> 3", 0, "'>' is not expected"),
        ("mag > 3 excess > 3", 8, "'excess' is not expected"),
        ("kind == 'star", 8, "quote ' is not closed"),
        ("mag; import os", 3, "';' has no meaning"),
        ("mag.__class__ > 1", 0, "no column 'mag.__class__'"),
        ("`a`.b.c > 1", 5, "'.' is not expected"),
        ("", 0, "empty"),
        ("   ", 0, "empty"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, position, said):
    with pytest.raises(QueryError, match=said) as caught:
        parse(text).evaluate(COLUMNS)
    assert caught.value.position == position
    assert "\n" not in str(caught.value)


def test_near_names_come_with_the_error():
    with pytest.raises(QueryError) as caught:
        parse("Exes > 3").evaluate(COLUMNS)
    assert caught.value.near == ("excess",)
    assert near_names("FLAG", COLUMNS)[0] == "FLAGS"


def test_columns_may_say_more_about_a_name():
    class Columns(dict):
        def __missing__(self, name):
            raise NoSuchColumn("no measurement 'ch9_sci-auto'", ["ch1_sci-auto"])

    with pytest.raises(QueryError, match=r"no measurement.*did you mean `ch1_sci-auto`"):
        parse("`ch9_sci-auto`.mean > 3").evaluate(Columns(COLUMNS))


def test_only_the_columns_in_use_are_asked_for_and_named():
    asked = []

    class Columns(dict):
        def __getitem__(self, name):
            asked.append(name)
            return super().__getitem__(name)

    expression = parse("mag < 18 and `ch2_sci-auto`.scatter > 0 and mag > 3")
    assert expression.names == ("mag", "ch2_sci-auto.scatter")
    expression.evaluate(Columns(COLUMNS))
    assert set(asked) == set(expression.names)


def test_an_expression_may_be_worth_anything_to_sort_by():
    assert parse("n_good / 10").values(COLUMNS).tolist() == [1, 2, 3, 4]
    assert parse("kind").values(COLUMNS)[0] == "star"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000,
        "-" * 9_000 + "1 > 0",
        "not " * 2_000 + "true",
        "2 ** " * 1_500 + "2 > 0",
        "isnan(" * 1_500,
        "(" * 31 + "true" + ")" * 31,
        "mag > 3 and " * 100_000 + "true",
        "`" + "a" * 9_000 + "` > 1",
    ],
)
def test_endless_texts_are_refused_at_once(text):
    began = time.process_time()
    with pytest.raises(QueryError):
        parse(text).evaluate(COLUMNS)
    assert time.process_time() - began < 1


def test_long_chains_are_not_deep():
    assert rows(" and ".join(["mag > 17"] * 700)) == [2]
    assert rows("mag > " + " + ".join(["0"] * 2_000)) == [0, 1, 2]
    assert rows("1 < 2" + " < 3" * 2_000) == []


def test_as_deep_as_allowed_is_no_trouble_within_a_deep_program():
    def deep(levels: int) -> list[int]:
        return deep(levels - 1) if levels else rows("(" * 30 + "mag > 17" + ")" * 30)

    assert deep(200) == [2]


def test_nested_comparisons_are_evaluated_once():
    text = "variable"
    for _ in range(28):
        text = f"({text}) == true"
    began = time.process_time()
    assert rows(text) == [0, 2]
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "name", ["excess", "mag-auto", "a`b", "not", "2mass", "größe", " ", "a.b", "a.b.c", ".a", "a."]
)
def test_any_name_can_be_quoted(name):
    assert parse(f"{quoted(name)} > 3").names == (name,)


SIGNS = ["<", "<=", ">", ">=", "==", "!="]
WORDS = [*COLUMNS, *FUNCTIONS, *KEYWORDS, *SIGNS, *"`'\"(),.=+-*/^\n", "**", "<>", "'star'"]
WORDS += ["`mag-auto`", "1", "2.5", "1e999", "9" * 30]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)))
def test_any_text_is_an_expression_or_an_error_with_a_place(text):
    try:
        found = parse(text).evaluate(COLUMNS)
    except QueryError as error:
        problem = error
    else:
        assert (found.shape, found.dtype) == ((4,), bool)
        return
    assert 0 <= problem.position <= max(len(text), 1)
    assert str(problem).isprintable()


# ---- expressions made at random, evaluated by numpy row by row as well


NUMBERS = {"a": [1.5, NAN, -2.0, 0.0], "b": [0.5, 3.0, NAN, 7.0], "n": [3, 0, -4, 7]}
TEXTS = {"k": ["x", "y", "", "x"]}
TABLE = {
    **{name: np.array(cells) for name, cells in NUMBERS.items()},
    **{name: np.array(cells, object) for name, cells in TEXTS.items()},
}


def _power(x: float, y: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(x) ** np.float64(y))


def _binary(sign: str, x: float, y: float) -> float:
    with np.errstate(all="ignore"):
        u, v = np.float64(x), np.float64(y)
        return float({"+": u + v, "-": u - v, "*": u * v, "/": u / v}[sign])


def _function(name: str, x: float) -> float:
    with np.errstate(all="ignore"):
        return float({"abs": np.abs, "log10": np.log10, "sqrt": np.sqrt}[name](np.float64(x)))


def _compared(sign: str, x: object, y: object) -> bool:
    if x != x or y != y:
        return False
    return {
        "<": lambda: x < y, "<=": lambda: x <= y, ">": lambda: x > y, ">=": lambda: x >= y,
        "==": lambda: x == y, "!=": lambda: x != y,
    }[sign]()  # fmt: skip


signs = st.sampled_from(SIGNS)
# a made expression is a pair: its text, and a function of the row's number
numbers = st.recursive(
    st.one_of(
        st.sampled_from(sorted(NUMBERS)).map(lambda k: (k, lambda i: NUMBERS[k][i])),
        st.integers(0, 9).map(lambda x: (str(x), lambda i: x)),
        st.floats(0, 1e6).map(lambda x: (repr(x), lambda i: x)),
    ),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*/"), part).map(
            lambda p: (f"({p[0][0]} {p[1]} {p[2][0]})",
                       lambda i: _binary(p[1], p[0][1](i), p[2][1](i)))),
        st.tuples(part, part).map(
            lambda p: (f"({p[0][0]}) ** ({p[1][0]})", lambda i: _power(p[0][1](i), p[1][1](i)))),
        part.map(lambda p: (f"-({p[0]})", lambda i: -float(p[1](i)))),
        st.tuples(st.sampled_from(["abs", "log10", "sqrt"]), part).map(
            lambda p: (f"{p[0]}({p[1][0]})", lambda i: _function(p[0], p[1][1](i)))),
    ).map(lambda p: (f"({p[0]})", p[1])),
    max_leaves=6,
)  # fmt: skip
compared = st.one_of(
    st.tuples(numbers, signs, numbers).map(
        lambda p: (f"{p[0][0]} {p[1]} {p[2][0]}",
                   lambda i: _compared(p[1], p[0][1](i), p[2][1](i)))),
    st.tuples(numbers, signs, numbers, signs, numbers).map(
        lambda p: (f"{p[0][0]} {p[1]} {p[2][0]} {p[3]} {p[4][0]}",
                   lambda i: _compared(p[1], p[0][1](i), p[2][1](i))
                   and _compared(p[3], p[2][1](i), p[4][1](i)))),
    st.tuples(st.sampled_from(["==", "!="]), st.sampled_from(["x", "y", "", "zz"])).map(
        lambda p: (f"k {p[0]} '{p[1]}'", lambda i: _compared(p[0], TEXTS["k"][i], p[1]))),
    numbers.map(lambda p: (f"isnan({p[0]})", lambda i: p[1](i) != p[1](i))),
    st.tuples(numbers, numbers, numbers).map(
        lambda p: (f"between({p[0][0]}, {p[1][0]}, {p[2][0]})",
                   lambda i: p[1][1](i) <= p[0][1](i) <= p[2][1](i))),
)  # fmt: skip
conditions = st.recursive(
    compared,
    lambda part: st.one_of(
        part.map(lambda p: (f"not ({p[0]})", lambda i: not p[1](i))),
        st.tuples(part, part).map(
            lambda p: (f"({p[0][0]}) and ({p[1][0]})", lambda i: p[0][1](i) and p[1][1](i))),
        st.tuples(part, part).map(
            lambda p: (f"({p[0][0]}) or ({p[1][0]})", lambda i: p[0][1](i) or p[1][1](i))),
    ),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(conditions)
def test_random_expressions_mean_what_python_says_row_by_row(made):
    text, oracle = made
    found = parse(text).evaluate(TABLE)
    assert found.tolist() == [bool(oracle(i)) for i in range(4)], text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "n", "2", "0.5"]), min_size=2, max_size=6),
    st.lists(st.sampled_from(["+", "-", "*", "/", "**", "<", "==", "and", "or"]), min_size=5),
    st.lists(st.sampled_from(["", "", "-", "not "]), min_size=6),
)
def test_ranks_of_operators_are_those_of_python(operands, signs, before):
    """Without brackets, on numbers that are never missing: Python's own parser is the oracle."""
    words = [operands[0]]
    for sign, operand, first in zip(signs, operands[1:], before, strict=False):
        words += [sign, first.replace("not ", "") + operand]
    text = " ".join(words)
    values = {"a": np.float64(1.5), "b": np.float64(3), "n": np.float64(7)}
    python = " ".join(f"f({w})" if w[0].isdigit() else w for w in words)
    python = python.replace("-2", "-f(2)").replace("-0.5", "-f(0.5)")
    try:
        found = parse(text).evaluate({k: np.array([v]) for k, v in values.items()})
    except QueryError:
        return  # a number joined by and: a type error here
    with np.errstate(all="ignore"):
        expected = eval(python, {"f": np.float64, **values})
    assert bool(found[0]) == bool(expected), text
