"""What journeys share: one browser, one push service, demo data made once, and one running site."""

from __future__ import annotations

import pytest

from e2e import daytime
from e2e.browser import browser, driver, phone, whole_browser  # noqa: F401 (fixtures)
from e2e.pages import Walk
from e2e.push_service import PushService
from e2e.site import Site, copy_of, fill


@pytest.fixture(scope="session", autouse=True)
def by_day():
    """Journeys take place by day, whenever they are run: what a program of ours needs to live by the same clock."""
    seconds = daytime.seconds_ahead()
    with daytime.shifted(seconds):
        yield daytime.settings(seconds)


@pytest.fixture(scope="session")
def filled(by_day, tmp_path_factory):
    return fill(tmp_path_factory.mktemp("filled") / "var", by_day)


@pytest.fixture(scope="session")
def push():
    """A push service on this machine, the only one that the sites may send to."""
    with PushService() as service:
        yield service


@pytest.fixture(scope="session")
def site(filled, by_day, push, tmp_path_factory):
    """The portal and its worker with the demo's data, for all journeys: each brings people of its own.

    A file that needs other settings makes its own by the same name.
    """
    folder = copy_of(filled, tmp_path_factory.mktemp("site") / "var")
    with Site(folder, by_day, PUSH_HOSTS=push.origin) as running:
        yield running


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request):
    """Whether this journey's browser runs scripts: each one that asks is walked both ways."""
    return request.param


@pytest.fixture
def walk(phone, site):  # noqa: F811
    """`walk()` is a person with a new phone; `walk("koordynator")` has signed in. Options are those of `phone`."""

    def begin(who: str | None = None, *, scripts: bool = True, shared: bool = False, **options) -> Walk:
        person = Walk(phone(site.base_url, scripts=scripts, **options), scripts)
        if who is not None:
            person.sign_in(site.link(who), shared=shared)
        return person

    return begin
