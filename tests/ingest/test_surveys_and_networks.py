"""Tables as surveys and observers' networks give them out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ingested import lightledger as command

import lightledger

DAYS = [2459000.7 + 0.01 * i for i in range(6)]


def _imported(tmp_path: Path, name: str, text: str) -> lightledger.Field:
    (tmp_path / name).write_text(text)
    done = command("import", tmp_path / name, "-o", tmp_path / "f.h5")
    assert done.returncode == 0, done.stderr
    return lightledger.open(tmp_path / "f.h5")


def test_bands_of_atlas_are_not_mixed(tmp_path: Path) -> None:
    head = "###MJD m dm uJy duJy F err chi/N RA Dec x y maj min phi apfit mag5sig Sky Obs\n"
    rows = (
        f"{jd - 2400000.5} 17.1 .05 {300 + i} 5 {'oc'[i % 2]} 0 1.2 120. 30. 5 5 2 2 0 -.4 19 2 a\n"
        for i, jd in enumerate(DAYS)
    )
    with _imported(tmp_path, "atlas.txt", head + "".join(rows)) as field:
        assert set(field.bands) == {"c", "o"}
        assert list(field.light_curve("atlas", "c_sci-ujy").value) == [301, 303, 305]


def test_a_download_of_the_aavso_has_its_times_in_jd(tmp_path: Path) -> None:
    head = "JD,Magnitude,Uncertainty,Band,Observer Code,Cmag,Kmag,HJD,Star Name,Comment Code(s)\n"
    rows = (f"{jd},{'<' * (i == 1)}8.{i},.01,V,ABC,,,,SS CYG,\n" for i, jd in enumerate(DAYS))
    with _imported(tmp_path, "aavso.csv", head + "".join(rows)) as field:
        assert list(field.measurements) == ["V_sci-magnitude"]
        curve = field.light_curve("SS CYG", "V_sci-magnitude")
        np.testing.assert_allclose(curve.time, np.array(DAYS) - 2400000.5, atol=1e-8)
        assert list(np.flatnonzero(np.isnan(curve.value))) == [1]


def test_comparison_stars_of_the_extended_format_are_no_light_curves(tmp_path: Path) -> None:
    head = (
        "#TYPE=EXTENDED\n#OBSCODE=X\n#SOFTWARE=y\n#DELIM=,\n#DATE=JD\n#OBSTYPE=CCD\n"
        "#NAME,DATE,MAG,MERR,FILT,TRANS,MTYPE,CNAME,CMAG,KNAME,KMAG,AMASS,GROUP,CHART,NOTES\n"
    )
    rows = (
        f"SS CYG,{jd:.5f},11.{i},0.00{i + 1},V,NO,STD,105,10.5,110,11.0,1.5,1,070613,na\n"
        for i, jd in enumerate(DAYS)
    )
    with _imported(tmp_path, "ext.txt", head + "".join(rows)) as field:
        assert list(field.measurements) == ["V_sci-mag"]
