#!/usr/bin/env bash
# Names what a machine lacks that `make run` cannot bring by itself, with the line that brings it.
# Argument: the Python to use; empty where none is new enough.
set -euo pipefail

python=${1:-}
lacking=()

if [ -z "$python" ]; then
    echo "prosa: there is no Python 3.11 or newer on this machine; name one with: make run PYTHON=/path/to/python3" >&2
    exit 2
fi

"$python" -c 'import venv, ensurepip' 2>/dev/null || lacking+=("$(basename "$(readlink -f "$(command -v "$python")")")-venv")

# A mongod of one's own needs nothing from here; the one that is brought is for Linux on x86-64 and needs libcurl.
if [ -z "${PROSA_MONGODB_URI:-}${MONGOD:-}" ] && ! command -v mongod >/dev/null; then
    if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
        echo "prosa: the MongoDB that is brought along runs on Linux x86-64 only; set PROSA_MONGODB_URI" >&2
        exit 2
    fi
    "$python" -c 'import ctypes; ctypes.CDLL("libcurl.so.4")' 2>/dev/null || lacking+=(libcurl4)
fi

if [ ${#lacking[@]} -gt 0 ]; then
    echo "prosa: this machine lacks something that only its administrator can bring. On Debian or Ubuntu:" >&2
    echo "    sudo apt-get install ${lacking[*]}" >&2
    exit 2
fi
