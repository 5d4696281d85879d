#!/bin/sh
# Make sure that node 20 or newer is there: the machine's own, else the one packed for Python.
set -eu
python=$1
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
if [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null; then
    exit 0
fi
echo "No node 20 or newer here: installing it into the environment"
"$python" -m pip install --quiet --require-hashes -r "$(dirname "$0")/../requirements-node.txt"
