"""Every route has a row, every row is of a route, and the sample meets every value of every dimension."""

from collections import Counter
from itertools import combinations, product

import pytest

from e2e.matrix import cells
from e2e.matrix.registry import INSTEAD
from e2e.matrix.registry_staff import FAULTLESS, PAGELESS, PAGES
from portal import config, create_app

DIMENSIONS = {"lang": cells.LANGUAGES, "ease": cells.EASES, "theme": cells.THEMES, "scripts": cells.SCRIPTS}


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    """(endpoint, method) of everything that the app answers to, but for its files."""
    settings = config.read({"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path_factory.mktemp("registry"))})
    rules = create_app(settings).url_map.iter_rules()
    return {(rule.endpoint, way) for rule in rules for way in rule.methods & {"GET", "POST"} if rule.endpoint != "static"}


def test_every_address_that_can_be_opened_has_a_row(routes):
    opened = {endpoint for endpoint, way in routes if way == "GET"}

    assert sorted(opened - PAGES.keys() - PAGELESS.keys()) == [], "rows are missing in registry.py or registry_staff.py"
    assert sorted((PAGES.keys() | PAGELESS.keys()) - opened - INSTEAD.keys()) == [], "no such routes"
    assert sorted(PAGES.keys() & PAGELESS.keys()) == []


def test_every_form_is_sent_wrongly_or_cannot_be(routes):
    sent = {endpoint for endpoint, way in routes if way == "POST"} - PAGELESS.keys()
    tried = {look.through for row in PAGES.values() for look in row.values() if look.form}

    assert sorted(sent - tried - FAULTLESS) == [], "rows are missing in registry.py or registry_staff.py"
    assert sorted((tried | FAULTLESS) - sent) == [], "no such routes"
    assert sorted(tried & FAULTLESS) == []


def test_the_sample_has_every_page_every_error_and_every_pair_of_values_often():
    sample = cells.sampled()
    every = list(cells.whole())

    for kind in ("default", "error", "offline"):
        assert {(one.endpoint, one.state) for one in sample if one.kind == kind} == {
            (one.endpoint, one.state) for one in every if one.kind == kind
        }
    assert min(Counter(one.kind for one in sample)[kind] for kind in ("empty", "longest")) >= 15
    assert set(sample) <= set(every)
    for (one, values), (other, others) in combinations(DIMENSIONS.items(), 2):
        met = Counter((getattr(cell, one), getattr(cell, other)) for cell in sample)
        assert min(met[pair] for pair in product(values, others)) >= 5, (one, other, met)
