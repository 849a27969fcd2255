#!/bin/sh
# Makes sure that Qt finds the system libraries that its wheel does not bring.
#
#   packaging/system-libraries.sh PYTHON
#
# PYTHON is an interpreter with PySide6. Does nothing when all is there (the usual case, about a
# second). Else installs by apt-get where that is allowed without asking for a password, else names
# what is missing and how to get it, and fails. Off Linux there is nothing to do.
set -eu

python=${1:?usage: system-libraries.sh PYTHON}
[ "$(uname -s)" = Linux ] || exit 0

say() { printf '%s\n' "$*" >&2; }

qt=$("$python" -c 'from importlib.util import find_spec; print(find_spec("PySide6").submodule_search_locations[0])') || {
    say "PySide6 is not installed in $python: run 'make install' first"
    exit 1
}

# Libraries of the system that the parts of Qt we use ask for and do not get.
missing_libraries() {
    set -- "$qt/Qt/lib/libQt6Widgets.so.6" "$qt/Qt/lib/libQt6Gui.so.6" "$qt/Qt/lib/libQt6DBus.so.6" \
        "$qt/Qt/lib/libQt6Svg.so.6" "$qt/Qt/plugins/platforms/libqoffscreen.so"
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        set -- "$@" "$qt/Qt/plugins/platforms/libqxcb.so"
    fi
    for file in "$@"; do
        [ -e "$file" ] && ldd "$file" 2>/dev/null
    done | awk '/not found/ && $1 !~ /^libQt6/ { print $1 }' | sort -u
}

# Text needs at least one font; the off-screen platform brings none.
has_font() {
    for folder in /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" "$HOME/.fonts"; do
        [ -d "$folder" ] || continue
        [ -n "$(find -L "$folder" -name '*.[ot]tf' -print 2>/dev/null | head -n 1)" ] && return 0
    done
    return 1
}

debian_package() {
    case $1 in
    libEGL.so.1) echo libegl1 ;;
    libGL.so.1 | libOpenGL.so.0) echo libgl1 ;;
    libX11.so.6) echo libx11-6 ;;
    libX11-xcb.so.1) echo libx11-xcb1 ;;
    libdbus-1.so.3) echo libdbus-1-3 ;;
    libfontconfig.so.1) echo libfontconfig1 ;;
    libfreetype.so.6) echo libfreetype6 ;;
    libglib-2.0.so.0 | libgthread-2.0.so.0) echo libglib2.0-0 ;;
    libxkbcommon.so.0) echo libxkbcommon0 ;;
    libxkbcommon-x11.so.0) echo libxkbcommon-x11-0 ;;
    libxcb-icccm.so.4) echo libxcb-icccm4 ;;
    libxcb*.so.*)
        # libxcb-cursor.so.0 is in libxcb-cursor0, libxcb.so.1 in libxcb1, and so on.
        echo "${1%%.so.*}${1##*.so.}"
        ;;
    libz.so.1) echo zlib1g ;;
    libzstd.so.1) echo libzstd1 ;;
    esac
}

libraries=$(missing_libraries)
packages=$(for library in $libraries; do debian_package "$library"; done | sort -u)
has_font || packages="$packages fonts-dejavu-core"
packages=$(echo $packages)

if [ -n "$packages" ] && command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        root=''
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        root='sudo -n'
    else
        root=no
    fi
    if [ "$root" != no ]; then
        say "installing what Qt needs of the system: $packages"
        # shellcheck disable=SC2086  # words are meant to be split
        if $root apt-get -qq update && $root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install -y --no-install-recommends $packages >/dev/null; then
            libraries=$(missing_libraries)
            packages=''
        fi
    fi
fi

if [ -n "$libraries" ]; then
    say "Qt cannot start; these system libraries are missing:" $libraries
    if command -v apt-get >/dev/null 2>&1; then
        say "    sudo apt-get install $packages"
    else
        say "    install them with the package manager of this system, then run this again"
    fi
    exit 1
fi
has_font || say "no font was found: text in the window would be empty boxes; install fonts-dejavu-core or any other"

error=$(QT_QPA_PLATFORM=offscreen "$python" -c '
from PySide6.QtWidgets import QApplication
QApplication([])' 2>&1) || {
    say "Qt does not start: $error"
    exit 1
}
