"""How a page looks: Qt's Markdown in the colours, sizes and spaces of the window."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextTable,
)

from lightledger.app.theme import Theme

#: Of headings: points more than text, pixels above.
_HEADINGS = {1: (9.0, 4), 2: (4.0, 24), 3: (1.0, 18)}
_BELOW, _LINE_PERCENT = 8, 130
_CELL_PX = 5
_INDENT, _ABOVE = 20, 24


def dress(document: QTextDocument, theme: Theme) -> None:
    """Give a freshly set page its look; margins and pictures: `fit`."""
    document.setIndentWidth(_INDENT)
    at_once = QTextCursor(document)  # laid out once, not after every change
    at_once.beginEditBlock()
    size = document.defaultFont().pointSizeF()
    code = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    block = document.begin()
    while block.isValid():
        _dress_block(block)
        _dress_words(block, theme, code, size)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, theme)
    at_once.endEditBlock()


def fit(document: QTextDocument, width: float, beside: float) -> None:
    """A column of a width, with space beside it; pictures in their own size, or as wide as that."""
    margins = document.rootFrame().frameFormat()
    margins.setLeftMargin(beside)
    margins.setRightMargin(beside)
    margins.setTopMargin(_ABOVE)
    margins.setBottomMargin(_ABOVE)
    document.rootFrame().setFrameFormat(margins)
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        place = block.begin()
        while not place.atEnd():
            fragment = place.fragment()
            shape = fragment.charFormat()
            if shape.isImageFormat():
                picture = shape.toImageFormat()
                own = document.resource(QTextDocument.ResourceType.ImageResource.value,
                                        picture.name())  # fmt: skip
                _scale(QTextCursor(document), fragment.position(), picture, own, width)
            place += 1
        block = block.next()
    cursor.endEditBlock()


def _scale(
    cursor: QTextCursor, at: int, picture: QTextImageFormat, own: object, width: float
) -> None:
    natural = getattr(own, "width", lambda: 0)()
    if not natural:
        return
    picture.setWidth(min(float(natural), width))
    picture.setHeight(picture.width() * own.height() / natural)  # type: ignore[attr-defined]
    cursor.setPosition(at)
    cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
    cursor.setCharFormat(picture)


def _dress_block(block: QTextBlock) -> None:
    shape = QTextBlockFormat(block.blockFormat())
    level = shape.headingLevel()
    in_table = QTextCursor(block).currentTable() is not None
    if level in _HEADINGS:
        shape.setTopMargin(_HEADINGS[level][1])
        shape.setBottomMargin(_BELOW)
    elif in_table:
        shape.setTopMargin(0)
        shape.setBottomMargin(0)
    elif shape.hasProperty(QTextFormat.Property.BlockCodeFence):
        shape.setNonBreakableLines(False)
    elif _has_picture(block):
        shape.setTopMargin(_BELOW)
        shape.setBottomMargin(2 * _BELOW)
    else:
        shape.setBottomMargin(_BELOW / 2 if block.textList() else _BELOW)
        kind = QTextBlockFormat.LineHeightTypes.ProportionalHeight
        shape.setLineHeight(_LINE_PERCENT, kind.value)
    QTextCursor(block).setBlockFormat(shape)


def _dress_words(block: QTextBlock, theme: Theme, code: QFont, size: float) -> None:
    level = block.blockFormat().headingLevel()
    cursor = QTextCursor(block)
    spans = []
    place = block.begin()
    while not place.atEnd():
        fragment = place.fragment()
        spans.append((fragment.position(), fragment.length(), fragment.charFormat()))
        place += 1
    for at, length, shape in spans:
        if shape.isImageFormat():
            continue
        if level in _HEADINGS:
            # Qt's own size of a heading would win over one in points
            shape.clearProperty(QTextFormat.Property.FontSizeAdjustment)
            shape.setFontPointSize(size + _HEADINGS[level][0])
            shape.setFontWeight(QFont.Weight.DemiBold)
        if shape.fontFixedPitch():
            shape.setFontFamilies([code.family()])
            if level not in _HEADINGS:
                shape.setFontPointSize(size - 0.5)
            shape.setBackground(QBrush(QColor(theme.grid)))
        if shape.isAnchor():
            shape.setForeground(QBrush(QColor(theme.accent)))
            shape.setFontUnderline(False)
        cursor.setPosition(at)
        cursor.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(shape)


def _has_picture(block: QTextBlock) -> bool:
    return "\N{OBJECT REPLACEMENT CHARACTER}" in block.text()


def _dress_table(table: QTextTable, theme: Theme) -> None:
    shape = table.format()
    shape.setBorder(1)
    shape.setBorderCollapse(True)
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorderBrush(QBrush(QColor(theme.grid)))
    shape.setCellPadding(_CELL_PX)
    shape.setCellSpacing(0)
    shape.setTopMargin(4)
    shape.setBottomMargin(16)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(shape)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        head = cell.format()
        head.setBackground(QBrush(QColor(theme.background)))
        cell.setFormat(head)
