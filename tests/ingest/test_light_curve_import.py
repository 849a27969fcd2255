"""Light curves of missions and tables become stores: what the real files hold is in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

import lightledger
from lightledger.analysis.periods import Wanted
from lightledger.domain import Flag, LightledgerError
from lightledger.domain.magnitudes import INSTRUMENTAL_ZERO
from lightledger.ingest.lightcurves.importing import Imported, import_light_curves
from lightledger.ingest.lightcurves.options import ImportOptions
from lightledger.ingest.lightcurves.reading import read_series
from lightledger.ingest.lightcurves.sniff import all_light_curves
from lightledger.library.periods import periods
from lightledger.store.verify import verify

GUESS = ImportOptions()
HAT_P_7 = "kplr010666592-2009131110544_slc.fits"
WASP_126 = "hlsp_tess-data-alerts_tess_phot_00025155310-s01_tess_v1_lc.fits"
TABLES = ("ogle_microlensing", "stripe82_rrlyrae")


@pytest.fixture(scope="module")
def missions(real_data: Path) -> Path:
    return real_data / "kepler_tess"


@pytest.fixture(scope="module")
def tables(real_data: Path) -> Path:
    return real_data / "lightcurve_tables"


def imported(tmp_path: Path, *paths: Path, options: ImportOptions = GUESS) -> tuple[Path, Imported]:
    output = tmp_path / "curves.h5"
    done = import_light_curves(paths, output, options)
    assert not verify(output).damaged
    return output, done


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "measurement", "zero", "truth", "within"),
    [
        (HAT_P_7, "Kepler_sci-pdcsap_flux", 2454833.0, 2.2047, 0.004),
        (WASP_126, "TESS_sci-pdcsap_flux", 2457000.0, 3.2888, 0.002),
    ],
)
def test_planets_come_out(missions, tmp_path, name, measurement, zero, truth, within):
    """Transits by the box search; times, values and quality bits those of the file."""
    store, _ = imported(tmp_path, missions / "lightcurves" / name)
    with fits.open(missions / "lightcurves" / name) as file:
        rows = file[1].data[np.isfinite(file[1].data["TIME"])]
        column = "SAP_QUALITY" if "SAP_QUALITY" in rows.names else "QUALITY"
        words, time = rows[column].astype(int), rows["TIME"].astype(float)
        flux = rows["PDCSAP_FLUX"].astype(np.float32)
    with lightledger.open(store) as field:
        curve = field.light_curve(0, measurement)
        (found,) = periods(field, [0], measurement, Wanted("bls"))
        quality = field.light_curve(0, measurement.split("_")[0] + "_column-quality")
        assert "32 desaturation" in field.attributes(quality.measurement)["quality_bits"]
        assert field.suggested(measurement.split("_")[0]) == measurement
        assert not field.can_correct
    assert found.best.period == pytest.approx(truth, abs=within)
    assert np.abs(curve.bjd_tdb - (time + zero)).max() * 86400 < 1e-3
    np.testing.assert_array_equal(curve.value, flux)
    np.testing.assert_array_equal(quality.value, words)
    assert curve.unit == "electron/s"
    cosmic = words & (64 if measurement.startswith("TESS") else 128)
    np.testing.assert_array_equal((curve.flags & np.uint16(Flag.COSMIC_RAY)) != 0, cosmic != 0)


@pytest.mark.real
def test_a_pixel_file_gives_the_missions_own_aperture_sum(missions):
    """The same star, the same exposures: SAP_FLUX of the pipeline."""
    path = missions / "tpf" / "tess25155310-s01-first-cadences.fits.gz"
    (pixels,) = read_series(path, path.name, GUESS)
    (curve,) = read_series(missions / "lightcurves" / WASP_126, WASP_126, GUESS)
    same = np.isin(curve.cadence, pixels.cadence)
    sap = curve.brightness["sap_flux"].value[same]
    np.testing.assert_allclose(pixels.brightness["aperture_flux"].value, sap, rtol=1e-6)
    np.testing.assert_array_equal(curve.time[same], pixels.time)
    assert pixels.object == curve.object == "TIC 25155310"


@pytest.mark.real
def test_ten_neighbours_share_their_exposures(missions, tmp_path):
    """500 visits, not 5000; each star has the barycentric times of its own file all the same."""
    paths = sorted((missions / "tpf").glob("kplr0126*"))
    store, done = imported(tmp_path, *paths)
    assert done.published.n_visit == {"Kepler": 500}
    with lightledger.open(store) as field:
        assert field.n_object == 10
        for path in paths:
            with fits.open(path) as file:
                name, time = file[0].header["OBJECT"], np.array(file[1].data["TIME"], float)
            at = field.light_curve(name, "Kepler_sci-aperture_flux").bjd_tdb
            assert np.nanmax(np.abs(at - (time + 2454833.0))) * 86400 < 1e-3


@pytest.mark.real
def test_quarters_and_products_of_one_star_join(missions, tmp_path):
    """K2's own light curve and the K2SC of the same star: one object, all their measurements."""
    paths = [*(missions / "lightcurves").glob("*211117077*")]
    store, _ = imported(tmp_path, *paths)
    with lightledger.open(store) as field:
        assert field.object_ids == ("EPIC 211117077",)
        names = {name.partition("-")[2] for name in field.measurements}
        assert {"sap_flux", "pdcsap_flux", "k2sc_pdc_flux", "k2sc_sap_flux", "quality"} <= names
        # the exposures of both products are the same visits
        both = [
            np.isfinite(field.light_curve(0, f"Kepler_sci-{m}").value)
            for m in ("sap_flux", "k2sc_pdc_flux")
        ]
        assert (both[0] & both[1]).sum() > 3000


@pytest.mark.real
@pytest.mark.parametrize("folder", TABLES)
def test_every_table_imports_or_is_refused_in_one_line(tables, folder):
    refused: dict[str, str] = {}
    for path in sorted((tables / folder).iterdir()):
        try:
            series = read_series(path, path.name, GUESS)
        except LightledgerError as error:
            refused[path.name] = str(error)
            continue
        n_line = len(path.read_text().splitlines()) - (path.suffix == ".csv")
        assert sum(len(one) for one in series) == n_line
    assert set(refused) <= {"periods.csv"}
    assert not any("\n" in line for line in refused.values())


@pytest.mark.real
def test_rr_lyrae_of_stripe_82(tables, tmp_path):
    """Thirty stars in five bands; the catalogue's periods by Lomb-Scargle."""
    store, done = imported(tmp_path, tables / "stripe82_rrlyrae")
    assert [p.file for p in done.problems if p.severity == "refused"] == ["periods.csv"]
    rows = np.loadtxt(tables / "stripe82_rrlyrae/periods.csv", str, delimiter=",", skiprows=1)
    truth = {row[0]: float(row[2]) for row in rows}
    with lightledger.open(store) as field:
        assert set(field.object_ids) == set(truth)
        assert set(field.bands) == set("ugriz")
        curve = field.light_curve("4099", "r_sci-mag").good()
        lines = np.loadtxt(tables / "stripe82_rrlyrae/4099.csv", str, delimiter=",", skiprows=1)
        mine = lines[lines[:, 3] == "r"]
        order = np.argsort(mine[:, 0].astype(float))
        np.testing.assert_allclose(
            INSTRUMENTAL_ZERO - 2.5 * np.log10(curve.value.astype(float)),
            mine[order, 1].astype(float), atol=2e-6,
        )  # fmt: skip
        np.testing.assert_allclose(curve.time, mine[order, 0].astype(float), atol=1e-8)
        rows = [field.index_of(name) for name in list(truth)[:4]]
        found = periods(field, rows, "g_sci-mag", Wanted("ls", 3, 0.2, 1.0), False)
        hits = [
            abs(one.best.period / truth[field.object_ids[row]] - 1) < 1e-3
            for row, one in zip(rows, found, strict=True)
        ]
        assert sum(hits) >= 3


@pytest.mark.real
def test_microlensing_of_ogle(tables, tmp_path):
    """HJD - 2450000 without a header line: base and peak where the papers have them."""
    store, _ = imported(tmp_path, tables / "ogle_microlensing")
    with lightledger.open(store) as field:
        curve = field.light_curve("phot_ob08092_O4", "unknown_sci-mag").good()
        magnitude = curve.magnitudes()[0]
        brightest = int(np.argmin(magnitude))
        assert np.median(magnitude) == pytest.approx(13.93, abs=0.01)
        assert magnitude[brightest] == pytest.approx(13.13, abs=0.01)
        assert curve.time[brightest] + 2400000.5 - 2450000 == pytest.approx(5379.69, abs=0.01)
        assert "I" in field.bands


@pytest.mark.real
def test_folders_of_light_curves_are_told_from_images(real_data):
    assert all_light_curves([real_data / "lightcurve_tables"])
    assert all_light_curves([real_data / "kepler_tess" / "tpf"])
    for images in ("lowell_5945_field", "spitzer_irac_mosaic", "catalogues_eyuma"):
        assert not all_light_curves([real_data / images])
