"""How file names are read: a preset, a template of one's own, or one made out of a real name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QInputDialog, QMenu, QToolButton, QWidget

from lightledger.domain import LightledgerError
from lightledger.frames.templatemaking import ending_of, pattern_of
from lightledger.frames.templates import PRESETS, Template, TemplateError, resolve
from lightledger.workers import Jobs

from . import skin
from .name_list import NameList
from .name_marker import NameMarker
from .owntemplates import OwnTemplates
from .pieces import Card, button, label, row, say
from .template_edit import Mark, TemplateEdit
from .template_preview import Preview, preview

_AUTOMATIC = "Automatic"
#: What a part of a name can be, as the menu says it.
_MEANINGS = (
    ("visit", "the &visit"),
    ("band", "the &band"),
    ("kind", "the &kind: sci, unc, std or cov"),
    ("suffix", "a &suffix: a product, not measured"),
    ("ext", "the &ending"),
    ("any", "something that &changes and means nothing"),
    ("", "&always the same"),
)


class TemplateCard(Card):
    """Choice and live preview of the file-name template on the real names.

    ``chosen`` carries the template ('' is automatic) once the person has settled on it.
    """

    chosen = Signal(str)

    def __init__(self, jobs: Jobs, own: OwnTemplates, parent: QWidget | None = None) -> None:
        super().__init__("File names", parent)
        self._jobs, self._own = jobs, own
        self._names: Sequence[str] = ()
        self._used = ""
        self._settled = ""
        self.result: Preview | None = None
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(120)
        self._later.timeout.connect(self._count)
        self.combo.editTextChanged.connect(self._typed)
        self.combo.activated.connect(lambda _: self.settle())
        self.edit.returnPressed.connect(self.settle)

    def _build(self) -> None:
        self.edit = TemplateEdit()
        self.combo = QComboBox()
        self.combo.setEditable(True)
        self.edit.setStyleSheet(
            f"border: 1px solid {skin.edge().name()}; border-radius: 4px; padding: 0 6px;"
        )
        self.combo.setLineEdit(self.edit)
        self.combo.setMinimumHeight(28)
        self.combo.setCompleter(None)  # type: ignore[arg-type]
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setMinimumContentsLength(12)
        self.combo.setAccessibleName("file-name template")
        self.combo.setToolTip(
            "A preset, or text with fields: IDF_{visit}_{band}_{kind}{suffix}.{ext}\n"
            "{band:ch#} is 'ch' and a number; {kind:bcd=sci|bunc=unc} gives other names;\n"
            "{any} changes and means nothing. Enter scans again with it"
        )
        self.more = QToolButton()
        self.more.setText("Own")
        self.more.setToolTip("Remember this template under a name, or forget one")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.menu().aboutToShow.connect(self._fill_menu)
        self.use = button("Scan again", "Read the files with this template (Enter)")
        self.use.clicked.connect(self.settle)
        self.use.hide()
        self.remark = label("", "muted", wrap=True)
        self.names = NameList()
        self.names.clicked.connect(self._example)
        self.names.activated.connect(self._example)
        self.unfit_only = QCheckBox("only those that do not fit")
        self.unfit_only.toggled.connect(self._show_names)
        self.marker = NameMarker()
        self.marker.chosen.connect(self.ask_meaning)
        line = row(self.combo, self.use, self.more)
        line.setStretch(0, 1)
        self.head.addWidget(self.unfit_only)
        self.body.addLayout(line)
        self.body.addWidget(self.remark)
        self.body.addWidget(self.names, 1)
        self.body.addWidget(label("What is what? Click a part of this name:", "muted"))
        self.body.addWidget(self.marker)
        self._fill()

    # ---- what is chosen

    def _fill(self) -> None:
        text = self.combo.currentText()
        self.combo.blockSignals(True)
        self.combo.clear()
        self.combo.addItem(_AUTOMATIC)
        self.combo.addItems(list(PRESETS))
        self.combo.addItems(list(self._own.all()))
        self.combo.setEditText(text or _AUTOMATIC)
        self.combo.blockSignals(False)

    def template(self) -> str:
        """The template as ingest takes it: '' automatic, a preset's name, or a pattern."""
        text = self.combo.currentText().strip()
        return "" if text in ("", _AUTOMATIC) else self._own.all().get(text, text)

    def show_template(self, template: str) -> None:
        """What a recipe says; not a wish to scan."""
        self._settled = template
        self.combo.setEditText(self._own.name_of(template) or template or _AUTOMATIC)

    def set_names(self, names: Sequence[str], used: str = "") -> None:
        """Try it on these names; ``used`` is what the scan settled on."""
        self._names, self._used = names, used
        self.result = None
        self._typed()
        self._show_names()
        self.names.setCurrentIndex(self.names.names.index(0))
        self._show_example()

    def settle(self) -> None:
        """Scan with it, when it is one and another than before."""
        template = self.template()
        if template != self._settled and (not template or _compiled(template)[0] is not None):
            self._settled = template
            self.chosen.emit(template)

    # ---- the preview

    def _typed(self) -> None:
        """At once: colours and mistakes; the counts follow from a worker."""
        template, error = _compiled(self.template() or self._used)
        own = self.template() and self.template() == self.edit.text().strip()
        marks: list[Mark] = []
        if error is not None:
            marks = [(*error.at, skin.problem(), True)]
        elif template is not None and own and "{" in self.template():
            marks = [
                (*place, skin.field(field), False)
                for place, field in zip(template.places, template.fields, strict=True)
            ]
        self.edit.set_marks(tuple(marks))
        self.names.names.set_template(template)
        self.use.setVisible(self.template() != self._settled and error is None)
        self._show_example()
        self._later.start()

    def _count(self) -> None:
        self._jobs.run(
            preview, self.template() or self._used or "header", self._names,
            done=self._counted, failed=self._failed, channel="template",
        )  # fmt: skip

    def _counted(self, result: Preview) -> None:
        self.result = result
        if result.trouble:
            first = result.at[0] + 1
            say(self.remark, f"Character {first}: it {result.trouble}", "problem")
        else:
            say(self.remark, result.in_words)
        self._show_names()

    def _failed(self, error: LightledgerError) -> None:
        say(self.remark, str(error), "problem")

    def _show_names(self) -> None:
        result = self.result
        some = result is not None and not result.trouble and len(result.unfit) > 0
        self.unfit_only.setEnabled(some or self.unfit_only.isChecked())
        only = self.unfit_only.isChecked() and result is not None
        self.names.names.set_names(self._names, result.unfit if only and result else None)

    # ---- out of a real name

    def _example(self, index: QModelIndex) -> None:
        self._show_example(self.names.names.name(index.row()))

    def _show_example(self, name: str = "") -> None:
        name = name or self.marker.name or next(iter(self._names), "")
        template = self.names.names.template
        spans = (template.spans(name) if template else None) or []
        if not spans and name == self.marker.name:
            spans = list(self.marker.spans)
        if not spans and (ending := ending_of(name)):
            spans = [(*ending, "ext")]
        self.marker.show_name(name, tuple(spans))

    def ask_meaning(self, first: int, behind: int, place: QPoint) -> None:
        """A menu of what a part can be."""
        menu = QMenu(self)
        head = menu.addAction(f"'{self.marker.name[first:behind]}' is")
        head.setEnabled(False)
        for field, words in _MEANINGS:
            act = menu.addAction(words)
            act.triggered.connect(lambda _=False, f=field: self.mark(first, behind, f))
        menu.popup(place)

    def mark(self, first: int, behind: int, field: str) -> None:
        """Make a part of the example a field ('' makes it fixed text): a new template."""
        name, template = self.marker.name, self.names.names.template
        marks = {f: (a, b) for a, b, f in self.marker.spans if b <= first or a >= behind}
        fits = template is not None and template.spans(name) is not None
        written = {}
        if fits and template is not None:
            places = zip(template.places, template.fields, strict=True)
            written = {
                f: template.pattern[a:b] for (a, b), f in places if f in marks and f != field
            }
        if field == "any":
            field = next((f for f in ("any", "any2", "any3") if f not in marks), "any")
        if field:
            marks[field] = (first, behind)
        self.marker.show_name(name, tuple((a, b, f) for f, (a, b) in sorted(marks.items())))
        self.combo.setEditText(pattern_of(name, marks, written))

    # ---- own templates

    def _fill_menu(self) -> None:
        menu = self.more.menu()
        menu.clear()
        pattern = self.template()
        keep = menu.addAction("Remember this template...")
        keep.setEnabled("{" in pattern and _compiled(pattern)[0] is not None)
        keep.triggered.connect(self._ask_name)
        menu.addSeparator()
        for name, known in self._own.all().items():
            gone = menu.addAction(f"Forget {name}   {known}")
            gone.triggered.connect(lambda _=False, n=name: self._forget(n))

    def _ask_name(self) -> None:
        name, given = QInputDialog.getText(self, "Remember this template", "Its name:")
        if given and name.strip():
            self.remember(name)

    def remember(self, name: str) -> None:
        """Keep the template under a name and offer it from now on."""
        name = name.strip()
        if name in PRESETS or name == _AUTOMATIC or "{" in name:
            say(self.remark, f"{name} is taken; choose another name", "problem")
            return
        self._own.remember(name, self.template())
        self._fill()

    def _forget(self, name: str) -> None:
        text = self.template()
        self._own.forget(name)
        self._fill()
        self.combo.setEditText(text or _AUTOMATIC)


def _compiled(text: str) -> tuple[Template | None, TemplateError | None]:
    if not text:
        return None, None
    try:
        return resolve(text), None
    except TemplateError as error:
        return None, error
