"""What goes into a bundle and what stays out, for lightledger.spec."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent.parent / "src"

#: Distributions whose version and licence are asked for while the program runs.
PACKAGES = (
    "lightledger", "numpy", "h5py", "astropy", "astropy-iers-data", "pyerfa", "scipy", "numba",
    "llvmlite", "sep", "platformdirs", "typer", "rich", "PySide6_Essentials", "shiboken6",
    "pyqtgraph", "pyarrow",
)  # fmt: skip

#: Of Qt we need QtCore, QtGui, QtWidgets, QtSvg, QtNetwork and what pyqtgraph imports.
_QT_PARTS = (
    "Qml", "Quick", "QuickWidgets", "QuickControls2", "QuickTest", "Designer", "Help", "Sql",
    "UiTools", "Xml", "PrintSupport", "Concurrent", "DBus", "WebEngineCore", "Multimedia",
    "3DCore", "Charts", "Pdf",
)  # fmt: skip

#: Modules that others import where they are there, and that we never reach.
EXCLUDED = [
    # other windows, plots, notebooks, frames
    "PyQt5", "PyQt6", "PySide2", "tkinter", "matplotlib", "IPython", "jupyter", "pandas", "dask",
    "distributed", "duckdb", "zarr", "PIL", "cupy", "skimage", "bs4", "html5lib", "requests",
    *(f"PySide6.Qt{part}" for part in _QT_PARTS),
    # tests and tools of libraries
    "numba.tests", "numba.cuda", "numba.testing", "astropy.visualization.wcsaxes",
    "pyarrow.tests", "pyarrow.flight", "pyarrow.substrait", "pytest",
    "readline", "hypothesis", "setuptools", "pip", "lib2to3", "pydoc_data",
    "pyqtgraph.examples", "pyqtgraph.opengl", "pyqtgraph.jupyter", "pyqtgraph.console",
    "pygments.lexers", "pygments.styles", "pygments.formatters",
]  # fmt: skip

#: Modules that only compiled ones import, where nothing sees it.
UNSEEN = ["numba._devicearray"]

#: Libraries whose tables of symbols nobody needs; their wheels have not rearranged them, which
#: `strip` would break.
STRIPPED = (
    "llvmlite/binding/libllvmlite.so", "libpython3*.so*", "python3*/lib-dynload/*.so",
    "pyarrow/*.so*", "sep.*.so", "yaml/*.so",
)  # fmt: skip

#: Files that come along with what we need and are of no use to us, by their path in the bundle.
_USELESS = re.compile(
    r"""
      ^PySide6/Qt/(translations|qml|metatypes|resources)/
    | ^PySide6/Qt/plugins/(?!platforms/|imageformats/|iconengines/|platformthemes/|styles/
        |platforminputcontexts/|xcbglintegrations/|wayland-)
    | ^PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|vnc|vkkhrdisplay|minimalegl|minimal)\.
    | ^PySide6/Qt/plugins/platformthemes/libqgtk3
    | ^lib(gtk-3|gdk-3|gdk_pixbuf|cairo|cairo-gobject|pango|pangocairo|pangoft2|atk-1|thai|datrie
        |pixman-1)[.-]
    | libQt6(Qml|Quick|Pdf|Designer|Help|Sql|VirtualKeyboard|Labs)
    | libarrow_(flight|s3|gcs|azure) | ^pyarrow/_(flight|s3fs|gcsfs|azurefs|hdfs)\.
    | libarrow_python(_\w+)?\.so(\.\d+\.\d+\.\d+)?$ | libarrow_python_flight
    | ^pyarrow/(include|tests|src)/ | ^pyarrow/.*\.(pyx|pxd|pxi|h|hpp|cc|cpp|cmake)$
    | (?<!^astropy)/tests?/
    | ^numpy/(_core|random)/(include|lib)/ | ^numba/.*\.(h|c|cpp|cu|cuh)$
    | \.(pxd|pyx|pyi|a)$
    """,
    re.VERBOSE,
)


def is_needed(place: str) -> bool:
    """Whether a file is to be in the bundle, by its path there."""
    return _USELESS.search(Path(place).as_posix()) is None


def our_modules() -> list[str]:
    """Every module of ours: many are imported by names made at run time."""
    names = []
    for path in sorted((SOURCES / "lightledger").rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def plist(version: str) -> dict[str, Any]:
    """What macOS is told: HDF5 files may be opened with us; we do not take them from others."""
    return {
        "CFBundleDisplayName": "Lightledger",
        "CFBundleShortVersionString": version,
        "NSHighResolutionCapable": True,
        "LSApplicationCategoryType": "public.app-category.education",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Lightledger store",
                "CFBundleTypeRole": "Viewer",
                "CFBundleTypeExtensions": ["h5"],
                "LSHandlerRank": "Alternate",
            },
            {
                "CFBundleTypeName": "Folder of frames",
                "CFBundleTypeRole": "Viewer",
                "LSItemContentTypes": ["public.folder"],
                "LSHandlerRank": "None",
            },
            {
                "CFBundleTypeName": "FITS frame or catalogue",
                "CFBundleTypeRole": "Viewer",
                "CFBundleTypeExtensions": ["fits", "fit", "fts", "ecsv"],
                "LSHandlerRank": "Alternate",
            },
        ],
    }
