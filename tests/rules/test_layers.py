"""Who may know whom: portal → services, and inside services only upwards in the list of rows."""

import pytest

from tests.rules.house import files, imports, text

WEB = (
    "flask",
    "flask_babel",
    "flask_login",
    "flask_wtf",
    "htmx_flask",
    "werkzeug",
    "jinja2",
    "wtforms",
    "markupsafe",
    "huey",
    "portal",
)

# A file imports only from the rows above its own.
ROWS = (
    ("clock", "errors", "numbers", "stems", "working_days"),
    ("db", "import_columns", "import_file", "pictures"),
    ("models",),
    ("permissions", "frame", "channels", "kinds"),
    ("acting_history", "audit", "reach", "providers", "receipts", "catalogue", "drafts", "diary", "fitting"),
    ("outbox", "choices", "texts", "waiting_hours", "barriers_clock"),
    ("tasks", "people", "staff", "identity", "slots", "publishing", "places"),
    ("telling", "acting_ways", "contacts", "leaving", "codes", "factors", "passkeys", "seats", "barriers"),
    ("interpreters",),
    ("acting", "plans", "steps", "bookings", "reminders", "imports", "barriers_desk"),
    ("withdrawals", "attendance", "audiences", "waiting", "reviews", "follow_ups"),
    ("subjects", "campaigns", "sending_results", "answers"),
    ("deliveries", "health", "reports"),
    ("calls", "replies"),
    ("migrations", "demo"),
)
ROW_OF = {word: number for number, row in enumerate(ROWS) for word in row}


def web_in(source):
    return {name for name in imports(source) if name.split(".")[0] in WEB}


def below(word, source):
    """The imports of services' file `word` that do not come from a row above it."""
    parts = (name.split(".") for name in imports(source) if name.startswith("services."))
    known = {name[1] for name in parts} - {word}
    return {other for other in known if ROW_OF.get(other, 99) >= ROW_OF[word]}


def word_of(path):
    return path.parts[1].removesuffix(".py")


def test_services_know_nothing_of_the_web():
    found = {str(path): web_in(text(path)) for path in files("services")}

    assert {path: names for path, names in found.items() if names} == {}


def test_every_file_of_services_has_its_row():
    assert {word_of(path) for path in files("services")} - {"__init__"} == set(ROW_OF)


def test_inside_services_a_file_imports_only_from_the_rows_above():
    found = {str(path): below(word_of(path), text(path)) for path in files("services") if word_of(path) != "__init__"}

    assert {path: names for path, names in found.items() if names} == {}


def test_views_know_services_and_the_portals_helpers_but_not_each_other():
    found = {
        str(path): {name for name in imports(text(path)) if name.startswith("portal.views")}
        for path in files("portal/views") if path.name != "__init__.py"
    }  # fmt: skip

    assert {path: names for path, names in found.items() if names} == {}


def test_nothing_that_is_shipped_knows_the_tests():
    found = {
        str(path) for path in files("services", "portal") if {"tests", "e2e"} & {n.split(".")[0] for n in imports(text(path))}
    }

    assert found == set()


@pytest.mark.parametrize(
    "fault", ["import flask", "from werkzeug.exceptions import NotFound", "def f():\n    from portal import show"]
)
def test_the_rule_sees_the_web_wherever_it_hides(fault):
    assert web_in(fault)


@pytest.mark.parametrize(
    ("word", "fault", "seen"),
    [
        ("slots", "from services import bookings", {"bookings"}),
        ("slots", "from services.people import find", {"people"}),
        ("bookings", "from services import slots, clock", set()),
        ("clock", "def f():\n    import services.db", {"db"}),
    ],
)
def test_the_rule_sees_an_import_from_below_or_beside(word, fault, seen):
    assert below(word, fault) == seen
