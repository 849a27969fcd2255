"""A real star with everything that is measured drawn around it; the next one at a click."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lightledger.domain import Measuring

from . import skin
from .picture import Found, Picture
from .pieces import Card, button, label, row, say
from .star_picture import StarPicture
from .star_shapes import StarView, examples, key_of, star_view

_LEGEND = (
    ("circle", "circles"),
    ("ellipse", "Kron ellipse"),
    ("iso", "isophote"),
    ("box", "boxes"),
    ("neighbours", "neighbours"),
    ("ring", "sky"),
)


class StarCard(Card):
    """Follows the settings; "Another star" goes from an isolated one to a blended one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("A real star", parent)
        self._places: list[tuple[float, float]] = []
        self._at = 0
        self._name = ""
        self._shown: tuple[Picture, Found, Measuring] | None = None
        self.view: StarView | None = None
        self.another = button("Another star", "My stars, a bright one, a blended one, a faint one")
        self.another.clicked.connect(self._next)
        self.head.addWidget(self.another)
        self.picture = StarPicture()
        self.remark = label("", "muted", wrap=True)
        self._legend = {}
        legend = row(spacing=10)
        for kind, words in _LEGEND:
            made = label(words, "muted")
            ink = skin.detection() if kind == "circle" else skin.shape(kind)
            ground = skin.legend(ink).name()
            made.setStyleSheet(f"color: {ground}; border-bottom: 2px solid {ink.name()};")
            legend.addWidget(made)
            self._legend[kind] = made
        legend.addStretch(1)
        self.body.addWidget(self.picture, 1)
        self.body.addLayout(legend)
        self.body.addWidget(self.remark)

    def set_stars(
        self, found: Found | None, mine: tuple[float, float] | None, name: str = ""
    ) -> None:
        """The stars to choose from; ``name`` is that of mine, which need not be on the coadd."""
        self._name = name
        places = examples(found, mine) if found is not None else []
        if places != self._places:
            self._places, self._at = places, 0
        self.another.setEnabled(len(places) > 1)

    def show_measuring(self, picture: Picture, found: Found, measuring: Measuring) -> None:
        """Draw what these settings measure."""
        self._shown = picture, found, measuring
        if not self._places:
            return
        x, y = self._places[self._at % len(self._places)]
        self.view = view = star_view(picture, found, measuring, x, y)
        self.picture.show_star(view)
        kinds = {s.kind for s in view.shapes}
        kinds |= {"iso"} if view.own.any() else set()
        kinds |= {"neighbours"} if view.others.any() else set()
        for kind, made in self._legend.items():
            made.setVisible(kind in kinds)
        say(self.remark, self._words(view, measuring))

    def point(self, method: str) -> None:
        """Draw the shape of a method thicker."""
        self.picture.highlight(key_of(method) if method else "")

    def _words(self, view: StarView, measuring: Measuring) -> str:
        text = f"{view.name or self._name or 'This place'} on the coadd"
        if view.n_foreign and view.n_inside:
            share = 100 * view.n_foreign / view.n_inside
            done = {"mirror": "mirrored, as drawn", "mask": "left out, as drawn"}
            treated = done.get(measuring.neighbours, "kept")
            text += (
                f"; {view.n_foreign:,} of {view.n_inside:,} pixels inside ({share:.0f} %) are a "
                f"neighbour's: {treated}"
            )
        return text

    def _next(self) -> None:
        self._at += 1
        if self._shown is not None:
            self.show_measuring(*self._shown)
