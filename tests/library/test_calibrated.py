"""Vega and AB, aperture corrections and rescaled errors: in Python, in exports, on the command."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import storefield

import lightledger
from lightledger.domain import LightledgerError

M = "ch1_sci-aper_r3"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("irac") / "irac.h5"
    storefield.build(path, range(6), 8)
    return path


def rows_of(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [line[2:].split(": ", 1) for line in lines if line.startswith("# ")]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return dict(said), rows


def test_a_light_curve_in_both_systems(store: Path) -> None:
    with lightledger.open(store) as field:
        lc = field.light_curve("I1", M)
        ab, ab_error = lc.magnitudes()
        vega, vega_error = lc.magnitudes(system="vega")
        good = lc.value > 0
        np.testing.assert_allclose(ab[good], 23.9 - 2.5 * np.log10(lc.value[good]), rtol=1e-7)
        np.testing.assert_allclose((ab - vega)[good], 2.7786, atol=1e-4)
        assert np.array_equal(ab_error, vega_error, equal_nan=True)
        total = lc.of_point_source()
        np.testing.assert_allclose(total.value, lc.value * 1.1132, rtol=1e-6)
        np.testing.assert_allclose(lc.rescaled_error, 2.5 * lc.error, rtol=1e-6)
        assert field.noise_factor(M).tolist() == [2.5] * 6
        assert field.visits("ch1")["phase"].tolist() == ["warm"] * 6
        table = field.visits("ch1", M)
        assert table["noise_factor"].tolist() == [2.5] * 6
        assert np.array_equal(table["zero_point"], field.zero_points(M).factor)
        with pytest.raises(LightledgerError, match="not a measurement of band ch2"):
            field.visits("ch2", M)
        with pytest.raises(LightledgerError, match="no Cousins magnitudes"):
            lc.magnitudes("Cousins")


@pytest.mark.parametrize("suffix", [".csv", ".fits"])
def test_an_export_says_system_correction_and_errors(
    store: Path, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"out{suffix}"
    with lightledger.open(store) as field:
        options = {"as_magnitude": True, "system": "vega", "point_source": True, "rescaled": True}
        field.export(out, ["I1"], [M], **options)
        wanted, wanted_error = field.light_curve("I1", M).of_point_source().magnitudes("Vega")
    if suffix == ".csv":
        said, rows = rows_of(out)
        value = [float(row["value"]) for row in rows]
        error = [float(row["error"]) for row in rows]
        assert {row["unit"] for row in rows} == {"mag(Vega)"}
        assert said[f"zero point, {M}"].endswith("(Vega)")
        assert said["aperture correction"] == "of a point source"
        assert said["error"].startswith("rescaled")
        kept = np.isin(wanted, value)
        np.testing.assert_allclose(error, 2.5 * wanted_error[kept], rtol=1e-6)
    else:
        from astropy.io import fits

        with fits.open(out) as hdus:
            table = next(hdu for hdu in hdus if hdu.header.get("MAGSYS"))
            assert table.header["MAGSYS"] == "Vega"
            assert abs(float(table.header["ZEROPNT"]) - 21.1214) < 1e-3
            value = table.data["VALUE"][0]
    np.testing.assert_allclose(value, wanted[np.isin(wanted, value)], rtol=1e-6)


def test_plain_exports_are_as_before(store: Path, tmp_path: Path) -> None:
    with lightledger.open(store) as field:
        field.export(tmp_path / "out.csv", ["I1"], [M])
        lc = field.light_curve("I1", M).good()
    said, rows = rows_of(tmp_path / "out.csv")
    assert [float(row["error"]) for row in rows] == [float(e) for e in lc.error]
    assert said["error"].startswith("formal")
    assert said["aperture correction"] == "none"


def test_what_is_not_known_is_refused_before_anything_is_written(
    make_store, tmp_path: Path
) -> None:
    plain = make_store(tmp_path)
    with lightledger.open(plain.path) as field:
        out = tmp_path / "out.csv"
        name = field.measurements[0]
        for options, why in (
            ({"as_magnitude": True, "system": "vega"}, "no vega magnitudes"),
            ({"point_source": True}, "no aperture correction"),
            ({"rescaled": True}, "no noise factors"),
        ):
            with pytest.raises(LightledgerError, match=why):
                field.export(out, ["I1"], [name], **options)
        assert not out.exists()
        assert np.isnan(field.light_curve("I1", name).rescaled_error).all()
