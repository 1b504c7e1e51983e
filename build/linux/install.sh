#!/bin/sh
# Puts Zordon into your menu and the command zordon on your PATH; nothing outside of your home is touched.
# install.sh --remove takes it back. The program stays in this folder, so keep the folder where it is.
set -eu
here=$(dirname "$(readlink -f "$0")")
data=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin
app=io.github.zordon.Zordon

# What opens with Zordon is looked up in a list that is made of all entries.
tell_menu() {
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || true; fi
}

if [ "${1:-}" = "--remove" ]; then
    # Another zordon may have taken the name since.
    if [ "$(readlink "$bin/zordon")" = "$here/program/zordon" ]; then rm "$bin/zordon"; fi
    rm -f "$data/applications/$app.desktop"
    find "$data/icons/hicolor" -name "$app*" -delete 2>/dev/null || true
    tell_menu
    echo "Zordon is out of the menu. Delete $here to remove it altogether."
    exit 0
fi

mkdir -p "$bin" "$data/applications" "$data/icons"
ln -sf "$here/program/zordon" "$bin/zordon"
cp -r "$here/share/icons/." "$data/icons/"
place=$(printf %s "$here" | sed 's/[&|\\]/\\&/g')
sed "s|^Exec=zordon|Exec=\"$place/program/zordon\"|" "$here/share/applications/$app.desktop" >"$data/applications/$app.desktop"
tell_menu
echo "Zordon is in your menu, and as $bin/zordon."
