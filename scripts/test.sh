#!/usr/bin/env bash
# Style, then the tests, then the journeys. All of them, also when one fails: one run tells everything.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()

.venv/bin/ruff check . || failed+=("ruff check")
.venv/bin/ruff format --check . || failed+=("ruff format")
# A file at a time to each of the two, so that the databases and browsers of a file are started once.
.venv/bin/python -m pytest tests --numprocesses 2 --dist loadfile || failed+=("pytest tests")
# The journeys share one server and one browser, and those take both cores.
if [ -z "${PRACOWNIA_TEST_FULL:-}" ]; then
  .venv/bin/python -m pytest e2e || failed+=("pytest e2e")
else  # the thousands of cells of the whole matrix wait for nobody: two at a time
  .venv/bin/python -m pytest e2e/matrix --numprocesses 2 || failed+=("pytest e2e/matrix")
  .venv/bin/python -m pytest e2e --ignore e2e/matrix || failed+=("pytest e2e, the rest")
fi

[ ${#failed[@]} -eq 0 ] && exit 0
printf 'Failed: %s\n' "${failed[@]}" >&2
exit 1
