"""Rules over every route of the app, so that a new view holds to them from its first day."""

import inspect

import pytest

from portal import auth, config, create_app
from portal.views import WORDS
from services.permissions import MAY, OF_THING, Permission

LONGEST_VIEW = 25  # lines; most have three to eight


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    var = tmp_path_factory.mktemp("rules")
    settings = {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(var), "PRACOWNIA_DATABASE_URL": f"sqlite:///{var / 'none.db'}"}
    return create_app(config.read(settings))


def views(app):
    return {name: view for name, view in app.view_functions.items() if name != "static"}


def test_every_view_declares_who_may_use_it(app):
    for view in views(app).values():
        assert view.needs is None or all(isinstance(one, Permission) for one in view.needs)


def test_the_app_refuses_to_start_with_a_view_that_does_not_declare(app):
    app.view_functions["forgotten"] = lambda: "open to all"
    try:
        with pytest.raises(RuntimeError, match="forgotten"):
            auth.require_declared(app)
    finally:
        del app.view_functions["forgotten"]


def test_a_view_is_for_one_method_unless_it_only_leads_on(app):
    both = {rule.endpoint for rule in app.url_map.iter_rules() if {"GET", "POST"} <= rule.methods}

    assert both == {"booking.start", "booking_acting.start", "booking_for.start"}


def test_no_two_views_answer_the_same_address(app):
    seen = [(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}]

    assert len(seen) == len(set(seen))


def test_only_get_and_post_are_used(app):
    assert {method for rule in app.url_map.iter_rules() for method in rule.methods} == {"GET", "POST", "HEAD", "OPTIONS"}


def test_addresses_are_plain_english_words(app):
    for rule in app.url_map.iter_rules():
        fixed = [part for part in rule.rule.split("/") if part and "<" not in part]
        assert all(part.replace("-", "").replace(".", "").isalpha() and part.islower() for part in fixed), rule.rule


def test_views_stay_short(app):
    long = {name: len(inspect.getsource(view).splitlines()) for name, view in views(app).items()}

    assert {name: lines for name, lines in long.items() if lines > LONGEST_VIEW} == {}


def test_every_permission_that_a_view_needs_is_held_by_a_role(app):
    held = set().union(*MAY.values(), OF_THING.values())

    assert {one for view in views(app).values() for one in view.needs or ()} <= held


def test_every_word_has_its_views(app):
    assert {name.split(".")[0] for name in views(app)} - {"booking_acting", "booking_for"} == {*WORDS, "mailbox", "gallery"}


def test_the_demos_own_pages_are_not_there_outside_the_demo(tmp_path):
    settings = {
        "PRACOWNIA_VAR": str(tmp_path), "PRACOWNIA_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}",
        "PRACOWNIA_BASE_URL": "https://pracownia.example", "PRACOWNIA_SECRET_KEY": "k" * 40,
        "PRACOWNIA_SMTP_URL": "smtp://localhost", "PRACOWNIA_MAIL_FROM": "a@example.org",
    }  # fmt: skip
    real = create_app(config.read(settings))

    assert not {"mailbox.see", "mailbox.read", "gallery.gallery"} & set(real.view_functions)
