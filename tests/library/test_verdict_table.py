"""The table of what was vetted, and the same as columns of the objects."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import storefield

from lightledger.domain import LightledgerError
from lightledger.library import Field, verdicts

COLUMNS = [
    "object", "ra_deg", "dec_deg", "verdict", "tags", "note", "by", "at_utc", "looks", "agree",
    "measurement", "corrected", "mjd_from", "mjd_to", "excess",
]  # fmt: skip


@pytest.fixture
def field(tmp_path: Path):
    storefield.build(tmp_path / "field.h5", range(3), n=8)
    with Field(tmp_path / "field.h5", "Vera") as opened:
        yield opened


def rows_of(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    text = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in text if line.startswith("# ")]
    return head, list(csv.DictReader(text[len(head) :]))


def test_a_row_for_each_object_with_a_word_on_it(field, tmp_path):
    journal = field.journal
    journal.set_verdict(
        "I5", "agn", measurement="ch1_sci-aper_r3", corrected=False, mjd_from=55000.5, excess=8.25
    )
    journal.set_verdict("I5", "agn", corrected=True, mjd_to=55100.0)
    journal.set_verdict("I2", "blend")
    journal.clear_verdict("I2")
    journal.add_tag("I3", "dusty")
    journal.add_tag("I3", "=cmd|' /C calc'!A0")
    journal.set_note("I1", '+1, "says" she\nand more')
    journal.set_verdict("I999", "moving")
    what = verdicts.write(field, tmp_path / "v.csv")
    head, rows = rows_of(tmp_path / "v.csv")
    assert (what.n_row, what.n_elsewhere, what.n_tagged, what.n_noted) == (4, 1, 1, 1)
    assert what.counts == {"agn": 1, "moving": 1}
    assert [row["object"] for row in rows] == ["I1", "I3", "I5", "I999"]
    assert list(rows[0]) == COLUMNS
    noted, tagged, agn, gone = rows
    assert noted["note"] == '\'+1, "says" she and more'
    assert (noted["verdict"], noted["looks"], noted["by"]) == ("", "0", "Vera")
    assert tagged["tags"] == "'=cmd|' /C calc'!A0;dusty"
    assert (agn["verdict"], agn["looks"], agn["agree"], agn["by"]) == ("agn", "2", "2", "Vera")
    assert (agn["corrected"], agn["mjd_from"], agn["mjd_to"], agn["excess"]) == (
        "yes", "nan", "55100.0", "nan"
    )  # fmt: skip
    assert float(agn["ra_deg"]) == field.ra_deg[5]
    assert agn["at_utc"] == journal.state.verdicts["I5"].at_utc
    assert (gone["ra_deg"], gone["verdict"]) == ("nan", "moving")
    assert {"# store: field.h5", "# rows: 4", "# conflicts: 0"} <= set(head)
    assert f"# store uuid: {field.reader.uuid}" in head


def test_both_people_stand_in_by_where_they_differ(field, tmp_path):
    field.journal.set_verdict("I5", "agn")
    field.journal.set_verdict("I6", "agn")
    with Field(field.path, "Karl") as other:
        other.journal.set_verdict("I5", "constant")
        other.journal.set_verdict("I6", "agn")
    field.journal.follow()
    verdicts.write(field, tmp_path / "v.csv")
    head, (disputed, agreed) = rows_of(tmp_path / "v.csv")
    assert (disputed["verdict"], disputed["by"]) == ("constant", "Karl; Vera: agn")
    assert (disputed["looks"], disputed["agree"]) == ("2", "1")
    assert (agreed["by"], agreed["agree"]) == ("Karl", "2")
    assert any(line.startswith("# conflict: I5, verdict: Karl: constant") for line in head)


def test_columns_are_as_long_as_the_catalogue(field):
    nothing = field.words.columns()
    assert set(nothing) == {"verdict", "tags", "note", "vetted", "period_d", "period_epoch_mjd"}
    assert not nothing["vetted"].any()
    field.journal.set_verdict("I2", "agn")
    field.journal.add_tag("I3", "b")
    field.journal.add_tag("I3", "a")
    field.journal.set_note("I4", "n")
    field.journal.set_verdict("I999", "moving")
    made = field.words.columns()
    assert np.flatnonzero(made["vetted"]).tolist() == [2]
    assert (made["verdict"][2], made["tags"][3], made["note"][4]) == ("agn", ("a", "b"), "n")
    assert {column.shape for column in made.values()} == {(field.n_object,)}


def test_a_table_that_cannot_be_written_is_one_line(field, tmp_path):
    with pytest.raises(LightledgerError, match="cannot write"):
        verdicts.write(field, tmp_path / "nowhere" / "v.csv")
