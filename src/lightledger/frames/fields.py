"""One folder, one field: frames that look elsewhere are named, two fields are an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError, counted
from lightledger.domain.times import unit_vector

#: A group this much smaller than the field is a handful of stray frames, not a second field.
STRAY_FRACTION = 0.2
#: Reach of a frame whose size on the sky is unknown, degrees.
UNKNOWN_REACH_DEG = 1.0
MIN_REACH_DEG = 0.05


@dataclass(frozen=True)
class Look:
    """Where a frame looks (degrees) and how far its corners reach; nan where unknown."""

    name: str
    object_name: str
    position: tuple[float, float] | None
    radius_deg: float


def stray_frames(looks: Sequence[Look]) -> dict[str, str]:
    """Names of frames that look elsewhere than the field, and the reason to refuse each.

    Frames are of one field when a chain of frames, each nearer to the next than 1.5 times its
    diagonal, joins them.

    Raises
    ------
    LightledgerError
        Two groups are both too large to be strays: which, with their counts.
    """
    placed = [look for look in looks if look.position is not None]
    if len(placed) < 2:
        return {}
    groups = _groups(placed)
    groups.sort(key=lambda group: (-len(group), group[0].name))
    field, *others = groups
    strays: dict[str, str] = {}
    for group in others:
        if len(group) > STRAY_FRACTION * len(field):
            raise LightledgerError(
                f"two fields in one folder: {_described(field)} and {_described(group)}",
                advice="ingest each field by itself",
            )
        for look in group:
            apart = np.degrees(np.arccos(np.clip(_vector(look) @ _vector(field[0]), -1, 1)))
            strays[look.name] = f"looks {apart:.3g} deg away from the field of the other frames"
    return strays


def _vector(look: Look) -> np.ndarray:
    assert look.position is not None
    return unit_vector(*look.position)


def _groups(looks: list[Look]) -> list[list[Look]]:
    """Single-linkage groups; frames at almost the same place share one representative."""
    directions: list[np.ndarray] = []
    reaches: list[float] = []
    members: list[list[Look]] = []
    for look in looks:
        radius = look.radius_deg
        reach = 3.0 * radius if np.isfinite(radius) else UNKNOWN_REACH_DEG
        reach = max(reach, MIN_REACH_DEG)
        here = _vector(look)
        if directions:
            apart = _apart_deg(np.array(directions), here)
            nearest = int(np.argmin(apart))
            if apart[nearest] < 0.1 * min(reach, reaches[nearest]):
                members[nearest].append(look)
                continue
        directions.append(here)
        reaches.append(reach)
        members.append([look])
    label = _linked(np.array(directions), np.array(reaches))
    groups: dict[int, list[Look]] = {}
    for i, these in zip(label, members, strict=True):
        groups.setdefault(int(i), []).extend(these)
    return list(groups.values())


def _apart_deg(directions: np.ndarray, here: np.ndarray) -> np.ndarray:
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(directions - here, axis=1) / 2, 0, 1)))


def _linked(directions: np.ndarray, reaches: np.ndarray) -> np.ndarray:
    label = np.full(len(directions), -1)
    for seed in range(len(directions)):
        if label[seed] >= 0:
            continue
        label[seed] = seed
        waiting = [seed]
        while waiting:
            i = waiting.pop()
            limit = np.minimum(reaches, reaches[i])
            near = (_apart_deg(directions, directions[i]) <= limit) & (label < 0)
            label[near] = seed
            waiting.extend(np.flatnonzero(near).tolist())
    return label


def _described(group: list[Look]) -> str:
    position = group[0].position
    assert position is not None
    names = Counter(look.object_name for look in group if look.object_name)
    name = f" ({names.most_common(1)[0][0]})" if names else ""
    place = f"near RA {position[0]:.3f} Dec {position[1]:+.3f}{name}"
    return f"{counted(len(group), 'frame')} {place}, such as {group[0].name}"
