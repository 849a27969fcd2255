"""What the actions do, by topic; a topic declares its actions beside the methods they call."""

from __future__ import annotations

from .analysis import AnalysisCommands
from .figures import FigureCommands
from .file import FileCommands
from .help import HelpCommands
from .measurement import MeasurementCommands
from .objects import ObjectCommands
from .panels import PanelCommands
from .pixels import PixelCommands
from .points import PointCommands
from .program import ProgramCommands
from .samp import SampCommands
from .spec import Spec, Topic
from .times import TimeCommands
from .vetting import VettingCommands
from .view import ViewCommands
from .windows import WindowCommands

#: In the order of their entries in the menus.
TOPICS: tuple[type[Topic], ...] = (
    FileCommands,
    FigureCommands,
    ViewCommands,
    PanelCommands,
    ObjectCommands,
    PointCommands,
    PixelCommands,
    VettingCommands,
    MeasurementCommands,
    TimeCommands,
    AnalysisCommands,
    WindowCommands,
    SampCommands,
    ProgramCommands,
    HelpCommands,
)
SPECS: tuple[Spec, ...] = tuple(spec for topic in TOPICS for spec in topic.SPECS)

__all__ = ["SPECS", "TOPICS", "Spec", "Topic"]
