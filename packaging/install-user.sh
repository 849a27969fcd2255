#!/bin/sh
# Puts Lightledger into the menu of the desktop, for this user alone: launcher, icon, file type.
# Afterwards a double click on the icon, or on a store, opens the window.
#
#   packaging/install-user.sh [--command PATH] [--no-desktop]
#   packaging/install-user.sh --uninstall
#
# PATH is the program lightledger-window; without it the one beside this script (in a bundle), else
# of this folder's .venv, else of PATH. A bundle stays where it was unpacked, and gets a link
# ~/.local/bin/lightledger for the terminal.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
icons="$here/../resources/icons"
[ -d "$icons" ] || icons="$here/_internal/lightledger/resources/icons"
link=$HOME/.local/bin/lightledger
data=${XDG_DATA_HOME:-$HOME/.local/share}
launcher="$data/applications/lightledger.desktop"
sizes="16 22 24 32 48 64 128 256 512"

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "install-user: $*"
    exit 2
}

desktop_folder() {
    if command -v xdg-user-dir >/dev/null 2>&1; then
        folder=$(xdg-user-dir DESKTOP)
    else
        folder=$HOME/Desktop
    fi
    # Where no desktop folder is set, the answer is the home folder itself.
    [ "$folder" != "$HOME" ] && [ "$folder" != "$HOME/" ] && [ -d "$folder" ] && printf '%s' "$folder"
}

refresh() {
    command -v update-mime-database >/dev/null 2>&1 && update-mime-database "$data/mime" ||
        say "update-mime-database is missing (package shared-mime-info): stores are not recognised yet"
    if command -v update-desktop-database >/dev/null 2>&1; then
        update-desktop-database -q "$data/applications" || true
    elif [ "$1" = install ]; then
        # Without that cache a file type finds its program only by being told.
        if command -v gio >/dev/null 2>&1; then
            gio mime application/x-lightledger lightledger.desktop >/dev/null 2>&1 || true
        elif command -v xdg-mime >/dev/null 2>&1; then
            xdg-mime default lightledger.desktop application/x-lightledger || true
        fi
    fi
    command -v gtk-update-icon-cache >/dev/null 2>&1 &&
        gtk-update-icon-cache -q -t -f "$data/icons/hicolor" 2>/dev/null || true
}

uninstall() {
    rm -f "$launcher" "$data/mime/packages/lightledger.xml"
    # A link of ours points to this bundle; anything else of that name is somebody else's.
    if [ "$(readlink "$link" 2>/dev/null)" = "$here/lightledger" ]; then rm -f "$link"; fi
    for size in $sizes; do
        for kind in apps/lightledger mimetypes/application-x-lightledger; do
            rm -f "$data/icons/hicolor/${size}x$size/$kind.png"
        done
    done
    rm -f "$data/icons/hicolor/scalable/apps/lightledger.svg"
    if folder=$(desktop_folder); then rm -f "$folder/lightledger.desktop"; fi
    if [ -d "$data/mime/packages" ]; then refresh uninstall; fi
    say "Lightledger is out of the menu; the program itself and your stores are untouched."
}

command_path='' on_desktop=yes
while [ $# -gt 0 ]; do
    case $1 in
    --uninstall)
        uninstall
        exit 0
        ;;
    --command)
        [ $# -ge 2 ] || fail "--command needs the path of lightledger-window"
        command_path=$2
        shift
        ;;
    --no-desktop) on_desktop=no ;;
    -h | --help)
        sed -n '2,10s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    *) fail "unknown option $1; options are --command PATH, --no-desktop, --uninstall" ;;
    esac
    shift
done

if [ -z "$command_path" ]; then
    if [ -x "$here/lightledger-window" ]; then
        command_path=$here/lightledger-window
        mkdir -p "$(dirname -- "$link")"
        [ -e "$link" ] || [ -L "$link" ] || ln -s "$here/lightledger" "$link"
    elif [ -x "$here/../.venv/bin/lightledger-window" ]; then
        command_path=$(CDPATH='' cd -- "$here/../.venv/bin" && pwd)/lightledger-window
    else
        command_path=$(command -v lightledger-window) ||
            fail "lightledger-window was not found: run 'make install' first, or name it by --command"
    fi
fi
case $command_path in
/*) ;;
*) command_path=$PWD/$command_path ;;
esac
[ -x "$command_path" ] || fail "$command_path is not a program"
case $command_path in
*[\"\`\$\\%]*) fail "$command_path: a launcher cannot name a path with \" \` \$ \\ or %" ;;
esac

mkdir -p "$data/applications" "$data/mime/packages"
# The launcher names the program by its full path, quoted: a menu does not know the shell's PATH.
awk -v program="$command_path" '
    sub(/^Exec=lightledger-window/, "") { print "Exec=\"" program "\"" $0; next }
    { print }
    /^Comment=/ { print "TryExec=" program }
' "$here/lightledger.desktop" >"$launcher"
cp "$here/lightledger-mime.xml" "$data/mime/packages/lightledger.xml"
for size in $sizes; do
    for kind in apps/lightledger mimetypes/application-x-lightledger; do
        target="$data/icons/hicolor/${size}x$size/$kind.png"
        mkdir -p "$(dirname -- "$target")"
        cp "$icons/lightledger-$size.png" "$target"
    done
done
mkdir -p "$data/icons/hicolor/scalable/apps"
cp "$icons/lightledger.svg" "$data/icons/hicolor/scalable/apps/lightledger.svg"
if [ $on_desktop = yes ] && folder=$(desktop_folder); then
    cp "$launcher" "$folder/lightledger.desktop"
    chmod +x "$folder/lightledger.desktop"
    # Some desktops ask before they start a launcher that is not marked as trusted.
    command -v gio >/dev/null 2>&1 &&
        gio set "$folder/lightledger.desktop" metadata::trusted true 2>/dev/null || true
fi
refresh install
say "Lightledger is in the menu and opens stores (.h5). To undo: $0 --uninstall"
