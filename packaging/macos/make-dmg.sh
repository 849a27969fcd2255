#!/bin/sh
# Puts Lightledger.app into a disk image: packaging/macos/make-dmg.sh [IDENTITY]
#
# To run on macOS after `make bundle`. With IDENTITY (of `security find-identity -p codesigning`)
# the program is signed first, as notarisation asks; without, macOS wants a right click and "Open"
# at the first start. Written by the book, and not yet tried on a Mac.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$here/../..
app=$root/build/bundle/Lightledger.app
[ -d "$app" ] || {
    echo "make-dmg: $app is not there: run 'make bundle' first" >&2
    exit 2
}
version=$(/usr/libexec/PlistBuddy -c 'Print CFBundleShortVersionString' "$app/Contents/Info.plist")
image=$root/dist/lightledger-$version-macos-$(uname -m).dmg

if [ $# -ge 1 ]; then
    codesign --force --deep --options runtime --timestamp \
        --entitlements "$here/entitlements.plist" --sign "$1" "$app"
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
mkdir -p "$root/dist"
hdiutil create -volname "Lightledger $version" -srcfolder "$stage" -format UDZO -ov "$image"
echo "$image"
echo "to notarise: xcrun notarytool submit '$image' --keychain-profile NAME --wait; xcrun stapler staple '$image'"
