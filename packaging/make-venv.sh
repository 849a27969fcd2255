#!/bin/sh
# Makes a virtual environment: packaging/make-venv.sh FOLDER [PYTHON]
#
# PYTHON defaults to the first Python >= 3.11 found. Debian and Ubuntu ship Python without the part
# that makes environments; it is installed where that is allowed, else named.
set -eu

folder=${1:?usage: make-venv.sh FOLDER [PYTHON]}
wanted=${2:-}

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -n "$wanted" ]; then
    new_enough "$wanted" || {
        say "PYTHON=$wanted is not a Python of version 3.11 or later"
        exit 1
    }
    python=$wanted
else
    python=''
    for name in python3.11 python3.12 python3.13 python3 python; do
        if new_enough "$name"; then
            python=$name
            break
        fi
    done
    [ -n "$python" ] || {
        say "Python 3.11 or later was not found; install it, or name it: make PYTHON=/path/to/python3.11"
        exit 1
    }
fi

# One that was moved or whose Python is gone is made anew.
if [ -e "$folder/bin/python" ] && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
rm -rf "$folder"
if "$python" -m venv "$folder" >/dev/null 2>&1; then
    exit 0
fi
rm -rf "$folder"
package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
if command -v apt-get >/dev/null 2>&1; then
    root=no
    if [ "$(id -u)" = 0 ]; then
        root=''
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        root='sudo -n'
    fi
    if [ "$root" != no ]; then
        say "installing $package, without which this Python makes no virtual environment"
        $root apt-get -qq update &&
            $root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$package" >/dev/null ||
            true
    fi
fi
"$python" -m venv "$folder" || {
    rm -rf "$folder"
    say "$python cannot make a virtual environment; on Debian and Ubuntu: sudo apt-get install $package"
    exit 1
}
