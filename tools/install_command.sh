#!/bin/sh
# Put the command `jantar` of this checkout into the environment given as argument.
# An environment that several checkouts share (a link) gets none: there, use `python -m jantar`.
set -eu
[ -L "$1" ] && exit 0
here=$(cd "$(dirname "$0")/.." && pwd)
venv=$(cd "$1" && pwd)
cat > "$venv/bin/jantar" <<EOF
#!/bin/sh
PYTHONPATH="$here\${PYTHONPATH:+:\$PYTHONPATH}" exec "$venv/bin/python" -m jantar "\$@"
EOF
chmod +x "$venv/bin/jantar"
