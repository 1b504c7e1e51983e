#!/bin/sh
# Zordon.app as a disk image, on macOS: make_dmg.sh APP IMAGE.
# SIGN_AS names a Developer ID; without it the app is signed ad hoc, and others must allow it in System Settings.
# NOTARY_PROFILE names what `xcrun notarytool store-credentials` kept; without it nothing is sent to Apple.
set -eu
app=$1
image=$2
here=$(dirname "$0")

codesign --force --deep --options runtime --entitlements "$here/entitlements.plist" --sign "${SIGN_AS:--}" "$app"
codesign --verify --deep --strict "$app"

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
cp -R "$app" "$staging/"
ln -s /Applications "$staging/Applications"
rm -f "$image"
hdiutil create -volname Zordon -srcfolder "$staging" -fs HFS+ -format UDZO -quiet "$image"

if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
