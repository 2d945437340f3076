"""The web application over a migrated copy, at a stopped clock. What a test makes is there for the next request."""

import pytest
from flask.testing import FlaskClient

from portal import config, create_app
from services import clock, identity
from services.models import Person
from tests.portal.trusted import ahead, browser, come_in, hers, key, maria, named, way_in  # noqa: F401 (fixtures)


class Client(FlaskClient):
    """Commits what the test made before each request, and lets the test read afresh after it."""

    db = None

    def open(self, *args, **kwargs):
        self.db.commit()
        answer = super().open(*args, **kwargs)
        self.db.expire_all()
        return answer


@pytest.fixture(scope="session")
def _app(tmp_path_factory):
    var = tmp_path_factory.mktemp("portal")
    settings = {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(var), "PRACOWNIA_DATABASE_URL": f"sqlite:///{var / 'unused.db'}"}
    app = create_app(config.read(settings))
    app.test_client_class = Client
    return app


@pytest.fixture
def app(_app, database, at):
    """The app, on this test's own database. The clock stands still: Monday, 23 November 2026, 9:00."""
    unused, _app.extensions["database"] = _app.extensions["database"], database
    yield _app
    _app.extensions["database"] = unused


@pytest.fixture
def make(make, at):
    """After the clock has stopped, so that nothing is made in the real time."""
    return make


@pytest.fixture
def client(app, db):
    client = app.test_client()
    client.db = db
    return client


@pytest.fixture
def sign_in(db):
    """`sign_in(client, who)`: from here on this client is that person or staff member."""

    def sign_in(client, who, *, is_shared=False):
        token = identity.sign_in(db, who, is_shared=is_shared)
        db.commit()
        with client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True, seen=int(clock.now().timestamp()))
            session.permanent = isinstance(who, Person) and not is_shared
        return client

    return sign_in
