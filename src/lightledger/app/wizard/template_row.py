"""How file names are read: a preset or a pattern of one's own, tried on the first five names."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from . import skin
from .pieces import Card, line_label, say

_AUTOMATIC = "Automatic"
_COLUMNS = ("visit", "band", "kind")


class TemplateRow(Card):
    """Choice and live preview of the file-name template.

    ``chosen`` carries the template ('' is automatic) once the person has settled on it.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("File names", parent)
        self._names: tuple[str, ...] = ()
        self._used = ""
        self._known: tuple[dict[str, str], ...] = ()
        self._settled = ""
        self.combo = QComboBox()
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setMinimumContentsLength(12)
        self.combo.setAccessibleName("file-name template")
        self.combo.setToolTip(
            "A preset, or a pattern such as IDF_{visit}_{band}_{kind}{suffix}.{ext}\n"
            "Press Enter to scan again with it"
        )
        self._fill()
        self.remark = line_label()
        self.table = QTableWidget(0, 1 + len(_COLUMNS))
        self.table.setHorizontalHeaderLabels(["file", *_COLUMNS])
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(22)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setWordWrap(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for column in range(1, 1 + len(_COLUMNS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setFixedHeight(24 + 5 * 22 + 6)
        self.body.addWidget(self.combo)
        self.body.addWidget(self.table)
        self.body.addWidget(self.remark)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(120)
        self._later.timeout.connect(self._preview)
        self.combo.editTextChanged.connect(self._later.start)
        self.combo.activated.connect(self._settle)
        line = self.combo.lineEdit()
        if line is not None:
            line.returnPressed.connect(self._settle)

    def _fill(self) -> None:
        from lightledger.frames.templates import PRESETS

        self.combo.addItem(_AUTOMATIC, "")
        for name in PRESETS:
            self.combo.addItem(name, name)

    def template(self) -> str:
        """The template as ingest takes it: '' automatic, a preset's name, or a pattern."""
        text = self.combo.currentText().strip()
        return "" if text in ("", _AUTOMATIC) else text

    def set_names(
        self, names: tuple[str, ...], used: str = "", known: tuple[dict[str, str], ...] = ()
    ) -> None:
        """Show these names; ``used`` and ``known`` are what the scan settled on and read."""
        self._names, self._used, self._known = names, used, known
        self._preview()

    def _settle(self) -> None:
        template = self.template()
        if template != self._settled:
            self._settled = template
            self.chosen.emit(template)

    def _preview(self) -> None:
        template = self.template() or self._used
        parsed, trouble = parse_names(template, self._names)
        if template in ("", self._used) and len(self._known) == len(self._names):
            # What the scan read, headers included.
            parsed, trouble = list(self._known), ""
        self.table.setRowCount(len(self._names))
        for line, (name, fields) in enumerate(zip(self._names, parsed, strict=True)):
            cells = [name.rsplit("/", 1)[-1]]
            cells += [fields.get(key, "") if fields else "-" for key in _COLUMNS]
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(name)
                if fields is None:
                    item.setForeground(skin.muted())
                self.table.setItem(line, column, item)
        self._say(template, sum(f is not None for f in parsed), trouble)

    def _say(self, template: str, n_fit: int, trouble: str) -> None:
        changed = self.template() != self._settled
        if trouble:
            say(self.remark, trouble, "problem")
            return
        if template in ("", "header"):
            text = "Visit, band and kind come from the headers"
        else:
            text = f"{n_fit} of {len(self._names)} names fit {template}"
        say(self.remark, f"{text}; Enter scans again" if changed else text)


def parse_names(template: str, names: tuple[str, ...]) -> tuple[list[dict[str, str] | None], str]:
    """What a template reads in each name (None: it does not fit), and what is wrong with it."""
    from lightledger.domain import LightledgerError
    from lightledger.frames.templates import PRESETS, Template

    pattern = PRESETS.get(template, template)
    if not pattern or template == "header":
        return [None] * len(names), ""
    try:
        compiled = Template(pattern)
    except (LightledgerError, ValueError) as error:
        return [None] * len(names), str(error)
    parsed: list[dict[str, str] | None] = []
    for name in names:
        fields = compiled.parse(name.rsplit("/", 1)[-1]) or compiled.parse(name)
        parsed.append({k: str(v) for k, v in fields.items()} if fields else None)
    return parsed, ""
