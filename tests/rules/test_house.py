"""Size, names, clock, transactions."""

import re
from statistics import median

import pytest

from tests.rules.house import calls, files, text

LONGEST, AIM = 300, 100
GENERATED = {"services/migrations/versions/0001_the_first_shape.py"}  # what Alembic wrote down of the models
CLOCKS = re.compile(r"(^|\.)(datetime\.now|datetime\.utcnow|date\.today|time\.time|utcnow)$")
SLEEPERS = {"tests/portal/test_queue.py"}  # lets a worker's first look pass, of which nothing can be seen from outside
PYTHON = ("services", "portal", "tests", "e2e")


def lengths():
    return {str(path): len(text(path).splitlines()) for path in files(*PYTHON) if str(path) not in GENERATED}


def asks_the_time(source):
    return [line for line, name in calls(source) if CLOCKS.search(name)]


def test_no_file_is_longer_than_three_hundred_lines():
    assert {path: lines for path, lines in lengths().items() if lines > LONGEST} == {}


def test_half_of_the_files_are_short():
    assert median(lines for path, lines in lengths().items() if lines and not path.startswith(("tests", "e2e"))) < AIM


def test_no_file_is_a_drawer_for_everything():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    names = {str(path) for path in files(*PYTHON) if drawers & {part.removesuffix(".py") for part in path.parts}}

    assert names == set()


def test_only_the_clock_asks_what_time_it_is():
    found = {str(path): asks_the_time(text(path)) for path in files("services", "portal")}

    assert {path for path, lines in found.items() if lines} == {"services/clock.py"}


@pytest.mark.parametrize("fault", ["datetime.now(UTC)", "dt.datetime.utcnow()", "date.today()", "time.time()"])
def test_the_rule_hears_another_clock(fault):
    assert asks_the_time(fault)


def test_services_leave_the_end_of_a_transaction_to_their_caller():
    ends = ("commit", "rollback")
    found = [f"{path}:{line}" for path in files("services") for line, name in calls(text(path)) if name.split(".")[-1] in ends]

    assert found == []


def test_no_test_waits_by_sleeping():
    found = [
        f"{path}:{line}" for path in files("tests", "e2e") if path.name.startswith("test_")
        for line, name in calls(text(path)) if name.split(".")[-1] == "sleep" and str(path) not in SLEEPERS
    ]  # fmt: skip

    assert found == []


def test_tests_are_sentences():
    short = [
        f"{path}: {name}" for path in files("tests/services", "tests/rules", "tests/portal")
        for name in re.findall(r"^def (test_\w+)", text(path), re.M) if name.count("_") < 3
    ]  # fmt: skip

    assert short == []
