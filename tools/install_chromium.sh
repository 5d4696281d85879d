#!/bin/sh
# Make sure that Chromium is there for the tests in the browser. Debian's own, never a download.
# Its shell without windows takes half the processor time; where there is none, Chromium as people use it does.
set -eu
found() {
    for name in "$@"; do
        command -v "$name" >/dev/null && return 0
    done
    return 1
}
install() {
    apt-get install -y -qq --no-install-recommends "$@" fonts-dejavu-core >/dev/null 2>&1
}
found chromium-headless-shell && exit 0
if [ "$(id -u)" = 0 ] && found apt-get; then
    echo "Installing Chromium for the tests in the browser"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || true
    install chromium-headless-shell || found chromium chromium-browser google-chrome || install chromium
    exit
fi
found chromium chromium-browser google-chrome && exit 0
echo "The tests in the browser need Chromium. Install it, on Debian and Ubuntu with:" >&2
echo "    sudo apt-get install chromium-headless-shell    # or: chromium" >&2
echo "or run the other tests with: make test ARGS='-m \"not browser\"'" >&2
exit 1
