"""Where a request meets the database: a GET cannot write, a refusal leaves nothing, what conflicts is begun anew."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import abort, g, request
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from portal import config, create_app, edge
from portal.auth import public
from services.models import AccessLog, AuditEntry, Booking, Message, Organisation, SignInCode


class Conflict(Exception):
    sqlstate = "40001"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def scratch(app, monkeypatch):
    """`scratch(view)` puts a view at the end of an address that is there anyway, for one test."""

    def put(view, endpoint="help.see"):
        monkeypatch.setitem(app.view_functions, endpoint, public(view))
        return "/help"

    return put


def add_organisation(name="Nowa"):
    edge.open_session().add(Organisation(name=name, role="partner"))
    edge.open_session().flush()
    return "done"


def how_many(db, model=Organisation):
    return db.scalar(select(func.count()).select_from(model))


def test_a_get_that_tries_to_write_is_refused_by_the_database(client, db, scratch):
    answer = client.get(scratch(add_organisation))

    assert answer.status_code >= 500
    assert how_many(db) == 0


def test_a_get_cannot_write_by_plain_sql_either(client, db, scratch):
    def view():
        edge.open_session().execute(text("UPDATE organisation SET name = 'x'"))
        edge.open_session().commit()

    assert client.get(scratch(view)).status_code >= 500


def test_what_a_get_left_in_its_session_is_not_written(client, db, scratch):
    def view():
        edge.open_session().add(Organisation(name="Nowa", role="partner"))
        return "done"

    assert client.get(scratch(view)).status_code == 200
    assert how_many(db) == 0


@pytest.fixture
def post_to(app, monkeypatch):
    """`post_to(view)`: the answer of a POST that ends in this view."""

    def post(client, view):
        monkeypatch.setitem(app.view_functions, "look.choose", public(view))
        return client.post("/look")

    return post


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (204, 1), (303, 1), (400, 0), (404, 0), (409, 0), (422, 0), (500, 0)])
def test_a_post_is_kept_when_its_answer_is_good(client, db, post_to, status, kept):
    answer = post_to(client, lambda: (add_organisation(), status))

    assert (answer.status_code, how_many(db)) == (status, kept)


def test_a_post_that_breaks_leaves_nothing(client, db, post_to):
    def view():
        add_organisation()
        raise ZeroDivisionError

    assert post_to(client, view).status_code == 500
    assert how_many(db) == 0


def test_a_post_that_is_broken_off_leaves_nothing(client, db, post_to):
    def view():
        add_organisation()
        abort(418)

    assert post_to(client, view).status_code == 418
    assert how_many(db) == 0


@pytest.mark.parametrize(("conflicts", "status", "kept"), [(0, 200, 1), (2, 200, 1), (3, 503, 0)])
def test_what_conflicts_with_another_transaction_is_begun_anew_as_a_whole(client, db, post_to, conflicts, status, kept):
    begun = []

    def view():
        begun.append(request.method)
        add_organisation()
        if len(begun) <= conflicts:
            raise OperationalError("UPDATE …", {}, Conflict())
        return "done"

    answer = post_to(client, view)

    assert (answer.status_code, how_many(db), len(begun)) == (status, kept, min(conflicts, 2) + 1)


def test_another_trouble_of_the_database_is_not_tried_again(client, post_to):
    begun = []

    def view():
        begun.append(1)
        raise OperationalError("SELECT …", {}, Exception("disk I/O error"))

    assert post_to(client, view).status_code == 503
    assert len(begun) == 1


def test_a_refused_booking_leaves_neither_seat_nor_audit_nor_message(client, db, make, sign_in):
    slot, maria = make.slot(), make.participant("Maria Kowal")
    sign_in(client, maria)
    client.post("/book", data={"slot": slot.id})
    make.booking(make.participant("Bruno Zych"), slot)
    db.commit()
    before = [how_many(db, model) for model in (Booking, AuditEntry, Message)]

    answer = client.post("/book/check", data={"key": "k" * 20, "slot": slot.id})

    assert answer.status_code == 409
    assert [how_many(db, model) for model in (Booking, AuditEntry, Message)] == before


def test_a_booking_its_audit_row_and_its_messages_are_one(client, db, make, sign_in):
    slot, maria = make.slot(), make.participant()
    sign_in(client, maria)
    client.post("/book", data={"slot": slot.id})

    assert client.post("/book/check", data={"key": "k" * 20}).status_code == 303
    booking = db.scalar(select(Booking))
    assert (
        db.scalar(select(func.count()).where(AuditEntry.act == "booking:make", AuditEntry.subject == f"booking:{booking.id}"))
        == 1
    )
    assert db.scalar(select(func.count()).where(Message.kind == "booked", Message.booking_id == booking.id)) == 1


def test_a_look_into_a_file_is_noted_although_it_is_a_get(client, db, make, sign_in):
    person = make.participant()
    sign_in(client, make.ewa)

    assert client.get(f"/people/{person.id}").status_code == 200
    assert db.scalars(select(AccessLog.person_id)).all() == [person.id]


def test_a_wrong_code_counts_although_it_is_refused(client, db, make):
    maria = make.participant()
    client.post("/sign-in", data={"address": maria.email})

    answers = [client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(7)]

    assert answers[:5] == [422] * 5
    assert answers[5:] == [429, 429]
    assert db.scalar(select(SignInCode.tries)) == 5


def test_guesses_at_the_same_moment_are_counted_one_by_one(app, client, db, make):
    """Twenty at once: no more than five are looked at."""
    maria = make.participant()
    client.post("/sign-in", data={"address": maria.email})
    with client.session_transaction() as session:
        kept = dict(session)
    db.commit()
    start, how_many_at_once = Barrier(20), 20

    def guess(_number):
        mine = FlaskClient(app, app.response_class, use_cookies=True)
        with mine.session_transaction() as session:
            session.update(kept)
        start.wait(10)
        return mine.post("/sign-in/code", data={"code": "000000"}).status_code

    with ThreadPoolExecutor(how_many_at_once) as many:
        answers = list(many.map(guess, range(how_many_at_once)))

    assert sorted(answers) == [422] * 5 + [429] * 15
    assert db.scalar(select(SignInCode.tries)) == 5


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@/nothing?host=/nowhere/at/all"])
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_database_that_is_away_has_a_page_of_its_own(tmp_path, caplog, url, is_signed_in):
    settings = {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path), "PRACOWNIA_DATABASE_URL": url}
    app = create_app(config.read(settings))
    client = app.test_client()
    if is_signed_in:
        with client.session_transaction() as session:
            session.update(_user_id="token", _fresh=True)

    answers = [client.get("/plan"), client.post("/book/check"), client.get("/mailbox")]

    for answer in answers if is_signed_in else answers[-1:]:  # signed out, one is led to the way in before anything is read
        assert answer.status_code == 503
        assert "Spróbuj za kilka minut" in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["Content-Security-Policy"]
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert "nowhere" not in caplog.text


def test_the_session_of_a_request_is_closed_whatever_happens(app, client, scratch):
    seen = []

    def view():
        seen.append(edge.open_session())
        assert g.db is seen[0]
        raise ZeroDivisionError

    client.get(scratch(view))

    assert not seen[0].in_transaction()
