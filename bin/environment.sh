# Sourced by bin/start and bin/test: finds a supported Python, and fills .venv from a hash-locked set, once.
# shellcheck shell=sh
venv=.venv

# Many images forbid Python to keep what it compiled; then each process compiles all that it reads anew, for seconds.
unset PYTHONDONTWRITEBYTECODE

stop() {
    echo "$1" >&2
    exit 1
}

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if supported "$name"; then
            echo "$name"
            return
        fi
    done
}

# install_locked FILE NAME: make .venv hold what FILE locks; .venv/.accord-NAME is the copy of the lock that it holds.
install_locked() {
    stamp=$venv/.accord-$2
    if [ -f "$stamp" ] && cmp -s "$1" "$stamp" && supported "$venv/bin/python"; then
        return
    fi
    python=$(find_python)
    [ -n "$python" ] ||
        stop "Accord needs Python 3.11, 3.12 or 3.13: install one of them, or name it with PYTHON=/path/to/python $0."
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        stop "Python's venv module is missing: install it (on Debian and Ubuntu: apt install python3-venv), then run $0 again."
    if ! supported "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        echo "Making a Python environment in $PWD/$venv"
        "$python" -m venv --clear "$venv" >/dev/null 2>&1 ||
            stop "The Python environment $PWD/$venv cannot be made: make the folder writable and leave 500 MB free, then run $0 again."
    fi
    echo "Installing the packages that $1 locks (once, about a minute)"
    "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-compile --require-hashes -r "$1" ||
        stop "The packages of $1 could not be installed: see pip's message above, check the network, then run $0 again."
    cp "$1" "$stamp"
}
