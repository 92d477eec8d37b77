#!/bin/sh
# install_page.sh FOLDER - meson install: the built page below the prefix; nothing where npm has not built it.
set -eu
from=$MESON_SOURCE_ROOT/dashboard/dist
to=$MESON_INSTALL_DESTDIR_PREFIX/$1
[ -f "$from/index.html" ] || exit 0
rm -rf "$to"
mkdir -p "$to"
cp -R "$from/." "$to/"
find "$to" -name '*.map' -delete
find "$to" -type d -exec chmod 755 {} +
find "$to" -type f -exec chmod 644 {} +
