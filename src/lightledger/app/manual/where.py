"""Which page explains what has the focus: by dock, by part of the window, by dialog."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from lightledger.app.docks import Dock

#: Of docks, by name.
OF_DOCK = {
    "objects": "lists.md",
    "store": "store.md",
    "sky": "pixels-and-sky.md#the-sky",
    "variability": "variability.md",
    "periods": "periods.md",
    "pixels": "pixels-and-sky.md",
    "compare": "variability.md#compare-measurements",
    "cleaning": "cleaning.md",
    "reference": "zero-points.md",
    "vetting": "vetting.md",
}
#: Of parts of the window and of dialogs, by module and class below `lightledger.app`.
OF_PART = {
    "startpage.StartPage": "first-minutes.md",
    "centre.CurvesPage": "panels.md",
    "centre.WaitPage": "ingest.md",
    "overview.Overview": "panels.md#range-and-zoom",
    "evidence.strip.EvidenceStrip": "is-it-real.md",
    "evidence.popup.EvidencePopup": "is-it-real.md",
    "filterbar.FilterBar": "lists.md#queries",
    "toolbar.FindBox": "lists.md#find-by-id",
    "toolbar.Toolbar": "panels.md",
    "notifications.NotificationBar": "troubleshooting.md",
    "crash.offer.CrashBar": "troubleshooting.md#crash-reports",
    "crash.offer.CrashDialog": "troubleshooting.md#crash-reports",
    "log.viewer.LogViewer": "troubleshooting.md#the-log",
    "helping.doctor.DoctorDialog": "troubleshooting.md#doctor",
    "helping.about.AboutDialog": "settings.md#where-things-are-kept",
    "keysheet.KeySheet": "keys.md",
    "settings.dialog.SettingsDialog": "settings.md",
    "rangedialog.RangeDialog": "panels.md#range-and-zoom",
    "subsets.NameDialog": "lists.md#subsets",
    "exportdialog.ExportDialog": "export.md",
    "importdialog.ImportDialog": "import.md",
    "vetting.sheetdialog.SheetDialog": "vetting.md#contact-sheets",
    "wizard.frame.Frame": "ingest.md",
    "wizard.files_page.FilesPage": "ingest.md#files",
    "wizard.columns_page.ColumnsPage": "ingest.md#columns-of-catalogues",
    "wizard.reference_page.ReferencePage": "ingest.md#reference",
    "wizard.measure_page.MeasurePage": "measurements.md",
    "wizard.run_page.RunPage": "ingest.md#run",
    "wizard.end_page.EndPage": "ingest.md#the-end-page",
}
_ROOM = "lightledger.app."


def page_for(widget: QWidget | None) -> str:
    """The page about a widget or what it stands in; '' (the contents) for nothing known."""
    while widget is not None:
        found = _own_page(widget)
        if found:
            return found
        widget = widget.parentWidget()
    return ""


def _own_page(widget: QWidget) -> str:
    if isinstance(widget, Dock):
        return OF_DOCK.get(widget.spec.name, "")
    # of the wizard: a button below is about the page shown
    stack = getattr(widget, "stack", None)
    shown = stack.currentWidget() if isinstance(stack, QStackedWidget) else None
    return (_of_class(type(shown)) if shown is not None else "") or _of_class(type(widget))


def _of_class(kind: type) -> str:
    for each in kind.__mro__:
        name = f"{each.__module__.removeprefix(_ROOM)}.{each.__qualname__}"
        if name in OF_PART:
            return OF_PART[name]
    return ""
