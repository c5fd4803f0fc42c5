#!/bin/sh
# Checks for the system libraries that Diptych's window, tests and packages load on Linux.
# As root on Debian or Ubuntu it installs what is missing; otherwise it stops with the one command to type.
#   system-libraries.sh test | run [ARGS] | dist
set -eu

have() { # is this shared library known to the loader?
    ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"
}

missing=""
need() { # LIBRARY PACKAGE
    have "$1" || missing="$missing $2"
}
need_command() { # COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

case "${1:-}" in
test)
    need libpangoft2-1.0.so.0 libpangoft2-1.0-0
    ;;
run)
    # The command line needs none of these, and without a display there is no window to open.
    [ -z "${2:-}" ] || exit 0
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || exit 0
    need libgtk-3.so.0 libgtk-3-0
    need libXtst.so.6 libxtst6
    # without these two the window is drawn by the processor alone, after a page of complaints
    need libGL.so.1 libgl1
    need libXxf86vm.so.1 libxxf86vm1
    ;;
dist)
    need_command fakeroot fakeroot
    need_command dpkg-deb dpkg
    need_command objcopy binutils
    ;;
*)
    echo "usage: $0 test | run [ARGS] | dist" >&2
    exit 2
    ;;
esac

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
        apt-get update -qq >/dev/null
        # shellcheck disable=SC2086
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
    }
else
    echo "Diptych needs system libraries that are not installed. Please type:" >&2
    echo "    sudo apt-get install$missing" >&2
    exit 1
fi
