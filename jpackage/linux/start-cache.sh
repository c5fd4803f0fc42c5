#!/bin/sh
# start-cache.sh LAUNCHER CACHE DATA [CFG]
# Starts the program once without a display and keeps what it loaded and compiled in CACHE (JEP 483, 514), with DATA as its data folder; CFG, an image's
# configuration, is told of it. A program without such a cache only starts more slowly, so that nothing here fails a build.
set -eu
launcher=$1
cache=$2
data=$3
rm -f "$cache"
mkdir -p "$data"
if ! env -u DISPLAY -u WAYLAND_DISPLAY XDG_DATA_HOME="$data" \
    JAVA_TOOL_OPTIONS="-Dglass.platform=Headless -Dprism.order=sw -Ddiptych.measure.start=true -XX:AOTCacheOutput=$cache" \
    timeout 120 "$launcher" >"$data/start-cache.log" 2>&1; then
    echo "The first start for the start cache failed, see $data/start-cache.log; the program starts without it."
    rm -f "$cache"
    exit 0
fi
if [ -f "$cache" ] && [ $# -gt 3 ]; then
    # $APPDIR is the image's own word for its folder, filled in by its launcher
    # shellcheck disable=SC2016
    sed -i '/^java-options=.*AOTCache\|^java-options=-Xlog:/d; $a java-options=-XX:AOTCache=$APPDIR/start.aot\njava-options=-Xlog:aot=off\njava-options=-Xlog:cds=off' "$4"
fi
