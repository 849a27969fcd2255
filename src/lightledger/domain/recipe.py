"""The recipe: everything that decides the numbers, kept inside the store as TOML.

``[measuring]`` decides the stored values: another one means measuring anew; so does
``[catalogues]`` where the values are read from catalogues of the visits. ``[presenting]`` decides
how they are shown and corrected: it can change at any time.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from .errors import LightledgerError

#: Changes whenever the kernels give other numbers for the same recipe.
KERNEL_VERSION = 2


class _Section:
    """A table of the recipe: typed fields, refused when unknown or of another type."""

    @classmethod
    def from_dict(cls, table: dict[str, Any], name: str) -> Self:
        known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                raise LightledgerError(
                    f"the recipe has no setting [{name}] {key}",
                    advice=f"settings are {', '.join(known)}",
                )
            default = known[key].default
            item = known[key].metadata.get("item", str)
            try:
                values[key] = _as_type_of(default, value, item)
            except (TypeError, ValueError):
                raise LightledgerError(
                    f"the recipe's [{name}] {key} = {value!r} is not like its default {default!r}"
                ) from None
        return cls(**values)


def _as_type_of(default: object, value: object, item: type) -> object:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise TypeError
        return value
    if isinstance(default, tuple):
        if not isinstance(value, (list, tuple)):
            raise TypeError
        return tuple(item(v) for v in value)
    if isinstance(default, (int, float)) and isinstance(value, bool):
        raise TypeError
    return type(default)(value)  # type: ignore[call-arg]


@dataclass(frozen=True)
class Measuring(_Section):
    """What decides the stored values.

    Attributes
    ----------
    template : str
        File-name template or preset; '' is chosen from the names found.
    site : str
        Where the telescope stands, whatever the headers say: 'LONGITUDE LATITUDE HEIGHT' (degrees,
        east positive; m) or an observatory's name; it decides light-travel times and airmass.
    images : tuple of str
        Images measured, of 'sci', 'clean' (cosmic rays removed), 'ratio' (divided by the coadd);
        empty: chosen from the data.
    methods : tuple of str
        On ``sci`` and ``clean``, of 'auto', 'iso', 'aper' (circles); empty: chosen from the data.
    ratio_methods : tuple of str
        On ``ratio``, of 'median', 'biweight', 'clipped', 'template', 'auto', 'iso', 'aper'.
    boxes_px : tuple of int
        Sides of the square boxes of median, biweight and clipped, pixels of the reference grid.
    omit : tuple of str
        Measurements left out of these all the same, such as ``clean-aper_r2``.
    radii_px : tuple of float
        Aperture radii, pixels of the reference grid; empty: from the measured FWHM.
    radii_fwhm : tuple of float
        Aperture radii in units of each visit's own FWHM.
    background : str
        'annulus' (local), 'mesh' or 'none'; '' is chosen from the data.
    annulus_px : tuple of float
        Inner and outer radius of the local sky; empty: from the measured FWHM.
    mesh_px : int
        Box of the mesh background.
    saturation : float
        In the unit of the frames; 0: from the header, else from the frames' histograms.
    gain, read_noise : float
        Electrons per unit of the frames, electrons; 0: from the header, else unknown.
    detection_sigma : float
        Threshold of detection on the coadd, in units of its noise.
    detection_pixels : int
        Smallest number of connected pixels of a detection.
    stack_visits : int
        Visits in the coadd when one is made from the frames; 0: all.
    neighbours : str
        What lies on an object's aperture but belongs to another: 'mirror' (the pixel opposite is
        taken, as SExtractor's CORRECT), 'mask' or 'keep'; empty: chosen from the data.
    convention : str
        'exact', or 'sextractor': circles of 5 x 5 sub-pixels, ellipses of whole pixels, and its
        sum for the errors.
    kron_factor, kron_minimum : float
        Kron's radius is ``kron_factor`` times the first moment and at least ``kron_minimum``, in
        units of the semi-major axis (SExtractor's PHOT_AUTOPARAMS).
    kron_cap : bool
        Hold Kron's radius of blended objects to what isolated ones of their kind have.
    cosmic_sigma, cosmic_fraction, cosmic_contrast : float
        L.A.Cosmic (van Dokkum 2001): threshold in sigma, its fraction for neighbours, contrast
        between the Laplacian and the fine structure.
    cosmic_iterations : int
    ratio_sigma : float
        The ratio is formed where the coadd is above this many times its noise.
    clip_sigma : float
        Of 'clipped', in units of the scatter around the median.
    clip_iterations : int
    biweight_constant : float
        Tuning constant of the biweight location, in units of the median deviation.
    """

    template: str = ""
    site: str = ""
    images: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    ratio_methods: tuple[str, ...] = ("median", "biweight")
    boxes_px: tuple[int, ...] = field(default=(3, 7, 13, 20), metadata={"item": int})
    omit: tuple[str, ...] = ()
    radii_px: tuple[float, ...] = field(default=(), metadata={"item": float})
    radii_fwhm: tuple[float, ...] = field(default=(), metadata={"item": float})
    background: str = ""
    annulus_px: tuple[float, ...] = field(default=(), metadata={"item": float})
    mesh_px: int = 64
    saturation: float = 0.0
    gain: float = 0.0
    read_noise: float = 0.0
    detection_sigma: float = 5.0
    detection_pixels: int = 5
    stack_visits: int = 20
    neighbours: str = ""
    convention: str = "exact"
    kron_factor: float = 2.5
    kron_minimum: float = 3.5
    kron_cap: bool = True
    cosmic_sigma: float = 4.5
    cosmic_fraction: float = 0.3
    cosmic_contrast: float = 5.0
    cosmic_iterations: int = 4
    ratio_sigma: float = 5.0
    clip_sigma: float = 3.0
    clip_iterations: int = 10
    biweight_constant: float = 6.0


@dataclass(frozen=True)
class Catalogues(_Section):
    """What decides the stored values where they come from catalogues, one for each visit.

    Attributes
    ----------
    columns : tuple of str
        ``NAME=VALUE,ERROR``: a measurement and its columns (``sci-auto=FLUX_AUTO,FLUXERR_AUTO``),
        or a role and its column (``id=NUMBER``); empty: proposed from the names found. A store
        made from catalogues holds the ones used.
    match : str
        'id', 'sky' or 'pixel'; '' is chosen from the data.
    tolerance : float
        Farthest match, arcsec (pixels for 'pixel'); 0: from the scatter of the positions.
    seen_share : float
        Objects are the positions found in at least this part of the visits looked at.
    """

    columns: tuple[str, ...] = ()
    match: str = ""
    tolerance: float = 0.0
    seen_share: float = 0.1

    @property
    def measurements(self) -> tuple[str, ...]:
        """``image-method`` of the columns, in the order of the records.

        >>> Catalogues(("id=NUMBER", "sci-auto=FLUX_AUTO")).measurements
        ('sci-auto',)
        """
        names = (line.partition("=")[0].strip() for line in self.columns)
        return tuple(name for name in names if "-" in name)


@dataclass(frozen=True)
class Presenting(_Section):
    """How the values are shown and corrected; never decides a stored value.

    Attributes
    ----------
    corrected : str
        'on', 'off', or '' for on with frames from the ground and off with those from space.
    suggested : tuple of str
        Full names of the measurements to show first, one per band.
    comparison_add, comparison_remove : tuple of str
        Ids of comparison stars added to, removed from the automatic choice.
    target : tuple of str
        Ids of the objects that the run was made for ("my star"); the window opens on the first.
    """

    corrected: str = ""
    suggested: tuple[str, ...] = ()
    comparison_add: tuple[str, ...] = ()
    comparison_remove: tuple[str, ...] = ()
    target: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """A whole recipe."""

    measuring: Measuring = field(default_factory=Measuring)
    presenting: Presenting = field(default_factory=Presenting)
    catalogues: Catalogues = field(default_factory=Catalogues)

    @property
    def from_catalogues(self) -> bool:
        """Whether the values are read from catalogues and not measured on images."""
        return bool(self.catalogues.measurements)

    @property
    def measuring_hash(self) -> str:
        """SHA-256 (hex) of what decides the stored values, kernel version included."""
        deciding: list[object] = [KERNEL_VERSION, asdict(self.measuring)]
        if self.catalogues != Catalogues():
            deciding.append(asdict(self.catalogues))
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()

    def with_measuring(self, **changes: Any) -> Recipe:
        return replace(self, measuring=replace(self.measuring, **changes))

    def with_presenting(self, **changes: Any) -> Recipe:
        return replace(self, presenting=replace(self.presenting, **changes))

    def to_toml(self) -> str:
        sections: dict[str, Any] = {"measuring": self.measuring, "presenting": self.presenting}
        if self.catalogues != Catalogues():
            sections["catalogues"] = self.catalogues
        lines = []
        for name, section in sections.items():
            lines.append(f"[{name}]")
            lines += [f"{key} = {_toml(value)}" for key, value in asdict(section).items()]
            lines.append("")
        return "\n".join(lines)

    @classmethod
    def from_toml(cls, text: str, file: object = "") -> Recipe:
        """Parse a recipe.

        Raises
        ------
        LightledgerError
            Not TOML, an unknown setting, or a value of another type; one line naming it.
        """
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also a number of 5,000 digits; too deep
            raise LightledgerError(f"the recipe is not TOML ({error})", file) from None
        try:
            extra = sorted(set(table) - {"measuring", "presenting", "catalogues"})
            if extra:
                raise LightledgerError(
                    f"the recipe has no table [{extra[0]}]",
                    advice="tables are [measuring], [catalogues] and [presenting]",
                )
            for name, value in table.items():
                if not isinstance(value, dict):
                    raise LightledgerError(f"[{name}] of the recipe is not a table")
            return cls(
                Measuring.from_dict(table.get("measuring", {}), "measuring"),
                Presenting.from_dict(table.get("presenting", {}), "presenting"),
                Catalogues.from_dict(table.get("catalogues", {}), "catalogues"),
            )
        except LightledgerError as error:
            raise LightledgerError(error.what, file, error.advice) from None

    def differences(self, other: Recipe) -> list[str]:
        """Settings that decide values and in which two recipes differ, as 'key: mine, theirs'."""
        mine = asdict(self.measuring) | asdict(self.catalogues)
        theirs = asdict(other.measuring) | asdict(other.catalogues)
        return [f"{k}: {mine[k]!r}, {theirs[k]!r}" for k in mine if mine[k] != theirs[k]]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    # A JSON string (ASCII only) is a TOML basic string, but for DEL.
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007F")
    return repr(value)
