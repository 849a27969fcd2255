"""The bar above the sky: which image, its look, which objects are marked, blinking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from lightledger.library.skyimages import coadd_bands

from .sources import Source

if TYPE_CHECKING:
    from lightledger.library import Field

#: In place of a source: whichever visit the cursor is on.
VISIT = Source("", 0)


class SkyBar(QWidget):
    """Widgets only; `SkyDock` does what they ask.

    Attributes
    ----------
    images : QComboBox
        Its data are `Source`, or `VISIT`.
    blink : QToolButton
    hold : QAction
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = QComboBox(self)
        self.images.setAccessibleName("Image")
        self.images.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for band in coadd_bands(field):
            self.images.addItem(f"Coadd {band}", Source(band))
        if not field.recipe.from_catalogues:
            self.images.addItem("Visit at the cursor", VISIT)
        self.images.setVisible(self.images.count() > 0)
        self._look = _button("Look", "Stretch, limits and colours")
        self._markers = _button("Objects", "Which objects are marked, and by what colour")
        self.blink = _button("Blink", "Between the last two images, or with the one held (Space)")
        self.blink.setCheckable(True)
        self.blink.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        menu = QMenu(self.blink)
        self.hold = menu.addAction("Hold this image to blink with")
        self.hold.setCheckable(True)
        self.blink.setMenu(menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(4)
        line.addWidget(self.images, 1)
        for button in (self._look, self._markers, self.blink):
            line.addWidget(button)

    def set_menus(self, look: QMenu, markers: QMenu) -> None:
        """Menus that show the look as it is now, in place of older ones."""
        for button, menu in ((self._look, look), (self._markers, markers)):
            old = button.menu()
            button.setMenu(menu)
            if old is not None:
                old.deleteLater()


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
