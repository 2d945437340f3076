#!/usr/bin/env bash
# Fill .venv with what pyproject.toml names. The argument is the stamp to leave: .venv/ready or .venv/ready-for-tests.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=$1

fail() { echo "$1" >&2; exit 1; }

if [ ! -x .venv/bin/pip ]; then
  python=
  for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || fail "Pracownia needs Python 3.11 or newer: sudo apt-get install -y python3 python3-venv"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python's own virtual environments are missing here: sudo apt-get install -y python3-venv"
  echo "Setting up .venv with $("$python" --version), once; this takes a minute or two."
  "$python" -m venv --clear .venv
fi

if [ "$stamp" = .venv/ready-for-tests ]; then wanted='.[test]'; else wanted=.; fi
.venv/bin/python -m pip install -qq --disable-pip-version-check --editable "$wanted" ||
  fail "pip could not install what pyproject.toml names; its own words stand above."
touch "$stamp"
# The tests' set-up holds everything that running needs.
if [ "$stamp" = .venv/ready-for-tests ]; then touch .venv/ready; fi
