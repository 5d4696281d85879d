#!/bin/sh
# Make sure that Chromium is there for the tests in the browser. Debian's own, never a download.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the tests in the browser"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
    exit 0
fi
echo "The tests in the browser need Chromium. Install it, on Debian and Ubuntu with:" >&2
echo "    sudo apt-get install chromium" >&2
echo "or run the other tests with: make test ARGS='-m \"not browser\"'" >&2
exit 1
