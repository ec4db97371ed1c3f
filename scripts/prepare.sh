#!/bin/sh
# Finds a Python that can make our virtual environment and lets it install LOCK (a requirements file) there.
# PYTHON=/path/to/python overrides the search. Says one sentence when something is missing.
set -eu
cd "$(dirname "$0")/.."
lock=$1

is_supported() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

without_venv=
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    is_supported "$python" || continue
    if has_venv "$python"; then
        exec "$python" scripts/install.py "$lock"
    fi
    without_venv=${without_venv:-$python}
done

if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python $version is here but cannot make a virtual environment: install its venv module" \
        "(Debian and Ubuntu: apt install python$version-venv) and try again." >&2
elif [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13: name one that is, or leave PYTHON unset." >&2
else
    echo "smplat needs Python 3.11, 3.12 or 3.13 and found none: install one (Debian and Ubuntu: apt install" \
        "python3 python3-venv; macOS: brew install python@3.13) and try again." >&2
fi
exit 1
