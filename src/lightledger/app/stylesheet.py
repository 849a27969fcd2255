"""The style sheet: quiet surfaces, one accent, spaces of 4, 8, 16 and 24 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightledger.domain.resources import resource

if TYPE_CHECKING:
    from .theme import Theme

_SHEET = """
QMainWindow, QDialog, QWizard, QDockWidget {{ background: {background}; }}
QMainWindow::separator {{ background: {grid}; width: 1px; height: 1px; }}
QToolTip {{ background: {plot}; color: {text}; border: 1px solid {grid}; padding: 4px; }}
QToolBar {{ background: {background}; border: 0; border-bottom: 1px solid {grid};
    spacing: 8px; padding: 4px 8px; }}
QDockWidget {{ titlebar-close-icon: none; font-weight: 600; }}
QDockWidget::title {{ background: {background}; padding: 6px 8px;
    border-bottom: 1px solid {grid}; }}
QTabBar::tab {{ padding: 6px 12px; color: {muted}; border: 0;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:left {{ padding: 6px 5px; border-bottom: 0; border-right: 2px solid transparent; }}
QTabBar::tab:left:selected {{ border-bottom: 0; border-right: 2px solid {accent}; }}
QTabBar::tab:right {{ padding: 6px 5px; border-bottom: 0; border-left: 2px solid transparent; }}
QTabBar::tab:right:selected {{ border-bottom: 0; border-left: 2px solid {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar {{ qproperty-drawBase: 0; }}
QTabBar QToolButton {{ padding: 0; border: 0; background: {background}; }}
QStatusBar {{ background: {background}; border-top: 1px solid {grid}; color: {muted}; }}
QStatusBar::item {{ border: 0; }}
QTableView, QTreeView, QListView, QPlainTextEdit {{ background: {plot};
    alternate-background-color: {background}; border: 0; gridline-color: {grid};
    selection-background-color: {selected}; selection-color: {text}; }}
QTableView::item {{ padding: 0 3px; }}
QHeaderView::section {{ background: {background}; color: {muted}; border: 0;
    border-bottom: 1px solid {grid}; padding: 4px 5px; }}
QLineEdit {{ background: {plot}; color: {text};
    border: 1px solid {line}; border-radius: 4px; padding: 3px 6px; min-height: 18px; }}
QLineEdit:focus {{ border: 1px solid {accent}; }}
QPushButton, QToolButton {{ color: {text}; background: {plot}; border: 1px solid {line};
    border-radius: 4px; padding: 4px 10px; }}
QToolButton {{ padding: 3px 8px; }}
QPushButton:hover, QToolButton:hover {{ border-color: {accent}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {accent}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {selected}; }}
QToolButton:checked {{ background: {selected}; border-color: {accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {muted}; background: {background}; }}
QPushButton[primary="true"] {{ background: {primary}; color: #FFFFFF; border-color: {primary};
    font-weight: 600; }}
QPushButton[primary="true"]:disabled {{ background: {background}; color: {muted};
    border-color: {line}; }}
QPushButton[flat="true"], QToolButton[flat="true"] {{ border: 0; background: transparent;
    color: {accent}; padding: 2px 4px; text-align: left; }}
QPushButton[flat="true"]:hover {{ text-decoration: underline; }}
QCheckBox::indicator, QAbstractItemView::indicator, QRadioButton::indicator {{ width: 14px;
    height: 14px; border: 1px solid {muted}; background: {plot}; }}
QCheckBox::indicator, QAbstractItemView::indicator {{ border-radius: 3px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus,
    QRadioButton::indicator:focus {{ border-color: {accent}; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ background: {primary};
    border-color: {primary}; image: url("{tick}"); }}
QRadioButton::indicator:checked {{ border-color: {accent}; background: qradialgradient(cx: 0.5,
    cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 {accent}, stop: 0.5 {accent},
    stop: 0.6 {plot}); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {line};
    background: {background}; }}
QCheckBox::indicator:checked:disabled {{ background: {line}; }}
QLabel[muted="true"] {{ color: {muted}; }}
QLabel[heading="true"] {{ font-size: 20px; font-weight: 600; }}
QLabel[problem="true"] {{ color: {problem_text}; }}
QLabel[section="true"] {{ font-weight: 600; }}
QFrame[dropzone="true"] {{ border: 2px dashed {line}; border-radius: 8px; background: {plot}; }}
QFrame[dropzone="true"][hot="true"] {{ border-color: {accent}; background: {selected}; }}
QFrame[bar="true"] {{ background: {bar}; border: 0; border-bottom: 1px solid {problem}; }}
QFrame[offer="true"] {{ background: {selected}; border: 0; border-bottom: 1px solid {accent}; }}
QTreeView[roomy="true"]::item {{ padding: 3px 6px; }}
QDialog QTabWidget::pane {{ border: 0; border-top: 1px solid {grid}; background: {background}; }}
QTreeView[floating="true"] {{ border: 1px solid {accent}; }}
QTreeView[floating="true"]::item {{ padding: 3px 6px; }}
QFrame[hint="true"] {{ background: {bar}; border: 1px solid {problem}; border-radius: 4px; }}
QFrame[hint="true"] QLabel {{ background: transparent; border: 0; }}
QFrame[card="true"] {{ background: {plot}; border: 1px solid {grid}; border-radius: 6px; }}
QFrame[tour="true"] {{ background: {plot}; border: 2px solid {accent}; border-radius: 8px; }}
QFrame[tour="true"] QLabel {{ background: transparent; border: 0; }}
QMenu {{ background: {plot}; border: 1px solid {grid}; }}
QMenu::item {{ padding: 4px 24px 4px 16px; }}
QMenu::item:selected {{ background: {selected}; color: {text}; }}
QMenu::item:disabled {{ color: {muted}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ border: 1px solid {grid}; border-radius: 3px; background: {plot}; color: {text};
    text-align: center; min-height: 14px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 2px; }}
QListWidget[side="true"] {{ background: transparent; border: 0; outline: 0; }}
QListWidget[side="true"]::item {{ padding: 0 8px; border-radius: 4px; }}
QListWidget[side="true"]::item:selected {{ background: {selected}; color: {text}; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ border: 0; background: transparent; }}
"""


def style_sheet(theme: Theme) -> str:
    """The style sheet of one theme."""
    return _SHEET.format(
        background=theme.background,
        plot=theme.plot,
        text=theme.text,
        muted=theme.muted,
        tick=resource("icons/tick.png").as_posix(),
        grid=theme.grid,
        line="#3A414A" if theme.dark else "#C9CFD5",
        accent=theme.accent,
        primary="#0072B2",
        selected="#23394A" if theme.dark else "#D9EAF5",
        bar="#3A2A1E" if theme.dark else "#FDF0E6",
        problem=theme.problem,
        problem_text="#F08A4B" if theme.dark else "#B24E00",
    )
