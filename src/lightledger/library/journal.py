"""The journal: what a person does to a field, one durable line per act, beside the store."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lightledger.domain import LightledgerError

from .actlog import ActLog
from .acts import MAX_OBJECTS, Act

#: Between the tags of an object where they are one text; so no tag has one inside.
BETWEEN_TAGS = ";"
#: Names of verdicts, tags and subsets, and notes, in characters.
_LONGEST_NAME, _LONGEST_NOTE = 200, 20_000


class Journal(ActLog):
    """Acts on one field, shared by every window that has it open.

    Parameters
    ----------
    store : Path
        The store; the journal is ``STORE.journal.jsonl`` beside it. Where that cannot be
        written, acts go to the user's data folder, and both are read.
    store_uuid : str
        Written into each act.
    person : str
        Who acts; '' is the name of the user's account.

    Attributes
    ----------
    state : State
        The replay of all acts that were not undone.
    revision : int
        Grows with every change of ``state``.
    store_uuid, person, session : str
        What this window's acts carry.

    Notes
    -----
    Every method that acts raises `LightledgerError` when the act cannot be kept.
    """

    # ---- vetting

    def set_verdict(
        self,
        object: str,
        verdict: str,
        *,
        measurement: str = "",
        corrected: bool | None = None,
        mjd_from: float | None = None,
        mjd_to: float | None = None,
        excess: float | None = None,
    ) -> Act:
        """Say what an object is; the last verdict holds, all of them are counted as looks.

        Parameters
        ----------
        verdict : str
            One of `lightledger.library.verdicts.VERDICTS`, or any other short name.
        measurement, corrected, mjd_from, mjd_to, excess
            What was on screen. Numbers that are not finite are not kept.
        """
        return self._do(
            "set_verdict",
            object=object,
            verdict=_name(verdict, "a verdict"),
            measurement=measurement,
            corrected=None if corrected is None else bool(corrected),
            mjd_from=_finite(mjd_from),
            mjd_to=_finite(mjd_to),
            excess=_finite(excess),
        )

    def clear_verdict(self, object: str) -> Act:
        """Take the verdict back; looks are counted from the start again."""
        return self._do("clear_verdict", object=object)

    def add_tag(self, object: str, tag: str) -> Act:
        """Tag an object; it may have many tags.

        Raises
        ------
        LightledgerError
            Several tags in one, or none.
        """
        if set(tag) & {",", BETWEEN_TAGS}:
            raise LightledgerError(f"{tag!r} is several tags", advice="add them one by one")
        return self._do("add_tag", object=object, tag=_name(tag, "a tag"))

    def remove_tag(self, object: str, tag: str) -> Act:
        return self._do("remove_tag", object=object, tag=_name(tag, "a tag"))

    def set_note(self, object: str, note: str) -> Act:
        """Write an object's note; '' clears it.

        Raises
        ------
        LightledgerError
            Longer than any note.
        """
        if len(note) > _LONGEST_NOTE:
            raise LightledgerError(
                f"a note of {len(note):,} characters", advice=f"at most {_LONGEST_NOTE:,} are kept"
            )
        return self._do("set_note", object=object, note=note.strip())

    # ---- periods

    def set_period(
        self,
        object: str,
        period_d: float,
        epoch_mjd: float,
        *,
        scale: str = "BJD_TDB",
        measurement: str = "",
    ) -> Act:
        """Keep the period of an object; the last one holds.

        Parameters
        ----------
        period_d : float
            Days, positive.
        epoch_mjd : float
            MJD of phase 0.
        scale : str
            Of that MJD: 'BJD_TDB' (it is BJD_TDB - 2400000.5), or 'UTC'.
        measurement : str
            In which it was found.

        Raises
        ------
        LightledgerError
            The period is not positive, or a number not finite.
        """
        period, epoch = _finite(period_d), _finite(epoch_mjd)
        if period is None or epoch is None or not period > 0:
            raise LightledgerError(
                f"{period_d!r} d with epoch {epoch_mjd!r} is no period",
                advice="a period is a positive number of days, an epoch an MJD",
            )
        return self._do(
            "set_period",
            object=object,
            period_d=period,
            epoch_mjd=epoch,
            scale=_name(scale, "a scale of time"),
            measurement=measurement,
        )

    def clear_period(self, object: str) -> Act:
        return self._do("clear_period", object=object)

    # ---- data

    def reject_point(self, object: str, band: str, visit: str) -> Act:
        """Hide one object's point in every measurement of a band."""
        return self._do("reject_point", object=object, band=band, visit=visit)

    def restore_point(self, object: str, band: str, visit: str) -> Act:
        return self._do("restore_point", object=object, band=band, visit=visit)

    def reject_visit(self, band: str, visit: str) -> Act:
        """Hide a visit for all objects."""
        return self._do("reject_visit", band=band, visit=visit)

    def restore_visit(self, band: str, visit: str) -> Act:
        return self._do("restore_visit", band=band, visit=visit)

    def add_comparison(self, object: str) -> Act:
        """Use an object as comparison star, in every measurement."""
        return self._do("add_comparison", object=object)

    def remove_comparison(self, object: str) -> Act:
        """Never use an object as comparison star."""
        return self._do("remove_comparison", object=object)

    # ---- subsets

    def save_subset(
        self,
        name: str,
        where: str = "",
        measurement: str = "",
        corrected: bool | None = None,
        near: str = "",
        sort: str = "",
        limit: int = 0,
        objects: Sequence[str] = (),
        *,
        descending: bool | None = None,
    ) -> Act:
        """Keep a subset under a name; one of that name is replaced.

        Parameters
        ----------
        where, measurement, corrected, near, sort, limit, descending
            Its definition, as `Field.find` takes it.
        objects : sequence of str
            Ids frozen in this order, at most `MAX_OBJECTS`; () keeps the definition alone.

        Raises
        ------
        LightledgerError
            More objects than are kept, or no name.
        """
        if len(objects) > MAX_OBJECTS:
            raise LightledgerError(
                f"a list of {len(objects):,} objects is too long to be kept",
                advice=f"narrow it to {MAX_OBJECTS:,}, or keep its definition alone",
            )
        return self._do(
            "save_subset",
            name=_name(name, "a subset"),
            where=where,
            measurement=measurement,
            corrected=None if corrected is None else bool(corrected),
            near=near,
            sort=sort,
            limit=max(0, int(limit)),
            objects=tuple(map(str, objects)),
            descending=None if descending is None else bool(descending),
        )

    def drop_subset(self, name: str) -> Act:
        return self._do("drop_subset", name=_name(name, "a subset"))


def _name(text: str, what: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME:
        raise LightledgerError(f"{what} needs a name of 1 to {_LONGEST_NAME} characters")
    return name


def _finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None
