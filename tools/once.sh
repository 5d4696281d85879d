#!/bin/sh
# once.sh STAMP FILE... -- COMMAND...: run the command unless the files are as they were the last time.
# Looks at contents, not at times, so that switching branches does not start everything anew.
set -eu
stamp=$1
shift
files=""
while [ "$1" != "--" ]; do
    files="$files $1"
    shift
done
shift
# The names hold no spaces: they are ours.
# shellcheck disable=SC2086
now=$(cat $files | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$now" ]; then
    echo "$*"
    "$@"
    mkdir -p "$(dirname "$stamp")"
    echo "$now" > "$stamp"
fi
touch "$stamp"
