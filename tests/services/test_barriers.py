"""Reports of barriers: the days of the act, who answers, what is sent, what is forgotten. On both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from services import barriers, barriers_desk, clock
from services.barriers import Wish, problems_of
from services.barriers_clock import days_left, due_on, latest_on
from services.errors import NotAllowed, NotFound, Refused
from services.models import AuditEntry, BarrierReport, Message
from tests.factories import instant

KEY = b"k" * 32
WISH = Wish("Nie widzę ramki.", "/plan", way="email", address="Anna@Example.org")


@pytest.fixture
def report(db):
    return barriers.report(db, WISH, key="first", sender="here")


def sent(db, kind="barrier-news"):
    return [
        (message.dedup.split(":")[1], message.channel)
        for message in db.scalars(select(Message).where(Message.kind == kind).order_by(Message.id))
    ]


@pytest.mark.parametrize(
    ("received", "last", "latest"),
    [
        ("2026-11-23 09:00", "2026-11-30", "2027-01-23"),
        ("2026-11-23 00:00", "2026-11-30", "2027-01-23"),
        ("2026-11-23 23:59", "2026-11-30", "2027-01-23"),
        ("2026-12-25 12:00", "2027-01-01", "2027-02-25"),  # over the end of a year, onto a holiday
        ("2026-12-31 12:00", "2027-01-07", "2027-02-28"),  # there is no 31 February
        ("2027-12-31 12:00", "2028-01-07", "2028-02-29"),  # a leap year
        ("2028-02-22 12:00", "2028-02-29", "2028-04-22"),
        ("2027-02-22 12:00", "2027-03-01", "2027-04-22"),
        ("2027-06-30 12:00", "2027-07-07", "2027-08-30"),
        ("2026-10-24 23:30", "2026-10-31", "2026-12-24"),  # over the change to winter time
        ("2027-03-27 23:30", "2027-04-03", "2027-05-27"),  # over the change to summer time
    ],
)
def test_the_days_are_calendar_days_by_the_clock_in_warsaw(received, last, latest):
    at = instant(received)
    assert (due_on(at).isoformat(), latest_on(at).isoformat()) == (last, latest)


def test_a_report_of_the_night_counts_from_the_day_that_warsaw_has(at):
    at("2026-11-23 00:30")
    assert clock.now().date() == date(2026, 11, 22)  # still yesterday in UTC
    assert (due_on(clock.now()), days_left(date(2026, 11, 30))) == (date(2026, 11, 30), 7)


def test_the_last_day_is_over_at_midnight(at):
    last = date(2026, 3, 29)  # a day of 23 hours
    at("2026-03-29 23:59")
    assert days_left(last) == 0
    at("2026-03-30 00:00")
    assert days_left(last) == -1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"what": " "}, [("what", "barrier-missing")]),
        ({"what": "x" * 3001}, [("what", "text-too-long")]),
        ({"where_at": "x" * 301}, [("where_at", "text-long")]),
        ({"way": ""}, [("way", "way-missing")]),
        ({"way": "pigeon"}, [("way", "way-missing")]),
        ({"address": ""}, [("address", "email-missing-here")]),
        ({"address": "anna"}, [("address", "email-wrong")]),
        ({"address": "x" * 301}, [("address", "text-long")]),
        ({"way": "phone", "address": "12"}, [("address", "phone-wrong")]),
        ({"way": "post", "address": ""}, [("address", "post-missing-here")]),
        ({"answer_in": "song"}, [("answer_in", "form-of-answer-missing")]),
        ({"way": "none", "address": "", "where_at": ""}, []),
        ({"way": "phone", "address": "600 100 200"}, []),
        ({"way": "post", "address": "ul. Wolna 1, Gdynia"}, []),
    ],
)
def test_a_wish_says_what_is_missing(change, wrong):
    assert problems_of(replace(WISH, **change)) == wrong


def test_a_report_keeps_little_and_a_second_press_is_the_same(db, report):
    again = barriers.report(db, replace(WISH, what="x"), key="first", sender="there")

    assert again is report
    assert (report.address, report.due_on, report.state) == ("anna@example.org", date(2026, 11, 30), "open")
    assert sent(db, "barrier-received") == [("received", "email")]


@pytest.mark.parametrize(
    ("way", "address", "expected"),
    [("phone", "600 100 200", [("received", "sms")]), ("phone", "58 600 00 00", []), ("post", "Wolna 1", []), ("none", "", [])],
)
def test_a_copy_goes_where_a_message_can_go(db, way, address, expected):
    barriers.report(db, replace(WISH, way=way, address=address), key="k", sender="s")

    assert sent(db, "barrier-received") == expected


def test_ten_reports_an_hour_from_one_place_and_no_more(db, at):
    for number in range(10):
        barriers.report(db, replace(WISH, way="none"), key=f"k{number}", sender="here")
    with pytest.raises(Refused, match="too-many-reports") as no:
        barriers.report(db, WISH, key="k10", sender="here")
    assert no.value.facts == {"wait": 60}
    assert barriers.report(db, WISH, key="k11", sender="elsewhere")
    at("2026-11-23 10:01")
    assert barriers.report(db, WISH, key="k12", sender="here")


def test_nobodys_mailbox_is_filled_by_somebody_else(db):
    for number in range(5):
        barriers.report(db, WISH, key=f"k{number}", sender=f"s{number}")

    assert len(sent(db, "barrier-received")) == 3
    assert db.query(BarrierReport).count() == 5


def test_a_report_is_found_by_its_token_and_by_nothing_else(db, report):
    token = barriers.token_of(KEY, report.id)
    assert barriers.by_token(db, KEY, token) is report
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), str(report.id), "", "x-y", "9" * 30 + "-a", f"-{token}"):
        with pytest.raises(NotFound):
            barriers.by_token(db, KEY, wrong)


def test_only_the_leaders_coordinators_and_administrators_answer(db, make, report):
    partner = make.coordinator("Iza Mróz", organisation=make.organisation("Bank"))
    for other in (partner, make.adviser):
        with pytest.raises(NotAllowed):
            barriers_desk.list_all(db, other)
        with pytest.raises(NotAllowed):
            barriers_desk.answer(db, other, report.id, "Gotowe.")
    assert barriers_desk.counts(db, partner) == (0, 0, 0)
    assert barriers_desk.list_all(db, make.ewa) == [report]
    assert barriers_desk.get(db, make.staff("Ola Lis", roles=["admin"], organisation=partner.organisation), report.id) is report


def test_an_answer_stops_the_clock_goes_out_once_and_cannot_be_given_again(db, make, report):
    for _ in range(2):
        barriers_desk.answer(db, make.ewa, report.id, " Ramka jest grubsza. ")

    assert (report.state, report.reply, report.replied_by_id) == ("answered", "Ramka jest grubsza.", make.ewa.id)
    assert sent(db) == [("answered", "email")]
    assert barriers_desk.counts(db, make.ewa) == (0, 0, 0)
    for act in (barriers_desk.answer, barriers_desk.refuse):
        with pytest.raises(Refused, match="barrier-not-open"):
            act(db, make.ewa, report.id, "Inaczej.")


@pytest.mark.parametrize(("text", "code"), [(" ", "reply-missing"), ("x" * 3001, "text-too-long")])
def test_an_answer_needs_words(db, make, report, text, code):
    for act in (barriers_desk.answer, barriers_desk.refuse):
        with pytest.raises(Refused, match=code):
            act(db, make.ewa, report.id, text)


@pytest.mark.parametrize(
    ("until", "why", "code"),
    [
        (None, "Film.", "date-missing"),
        (date(2026, 11, 30), "Film.", "date-too-early"),
        (date(2027, 1, 24), "Film.", "date-too-late"),
        (date(2026, 12, 1), " ", "reason-missing"),
    ],
)
def test_a_new_date_lies_within_two_months_and_has_a_reason(db, make, report, until, why, code):
    with pytest.raises(Refused, match=code):
        barriers_desk.extend(db, make.ewa, report.id, until, why)
    assert report.deadline == date(2026, 11, 30)


def test_a_date_is_moved_once_and_the_person_hears_why(db, make, report):
    for _ in range(2):
        barriers_desk.extend(db, make.ewa, report.id, date(2027, 1, 23), "Film.")
    with pytest.raises(Refused, match="extended-before"):
        barriers_desk.extend(db, make.ewa, report.id, date(2027, 1, 22), "Film.")

    assert report.deadline == date(2027, 1, 23)
    assert sent(db) == [("extended", "email")]


def test_the_most_overdue_come_first(db, make, at):
    old, moved, new = (barriers.report(db, WISH, key=key, sender="s") for key in "abc")
    barriers_desk.extend(db, make.ewa, moved.id, date(2026, 12, 5), "Film.")
    old.due_on = date(2026, 11, 20)
    answered = barriers.report(db, WISH, key="d", sender="s")
    barriers_desk.answer(db, make.ewa, answered.id, "Gotowe.")
    db.flush()

    assert barriers_desk.list_all(db, make.ewa) == [old, new, moved, answered]
    assert barriers_desk.counts(db, make.ewa) == (3, 0, 1)
    at("2026-11-28 09:00")
    assert barriers_desk.counts(db, make.ewa) == (3, 1, 1)


def test_who_answers_hears_before_the_last_day_and_after_it_once_each(db, make, report, at):
    make.ewa.email = "ewa@example.org"
    report.key = "other"
    barriers.tell_staff(db, report, "new")
    heard = []
    for day in (26, 27, 28, 29, 30):
        at(f"2026-11-{day} 09:00")
        barriers_desk.plan_due(db)
        heard.append(len(sent(db, "barrier-due")))
    at("2026-12-01 09:00")
    assert barriers_desk.plan_due(db) == 1
    assert barriers_desk.plan_due(db) == 0

    assert heard == [1, 1, 2, 2, 2]
    assert [moment for moment, _ in sent(db, "barrier-due")] == ["new", "soon", "overdue"]


def test_a_case_is_closed_after_its_answer_and_forgotten_ninety_days_later(db, make, report, at):
    with pytest.raises(Refused, match="barrier-open"):
        barriers_desk.close(db, make.ewa, report.id)
    barriers_desk.refuse(db, make.ewa, report.id, "Nie da się.")
    for _ in range(2):
        barriers_desk.close(db, make.ewa, report.id)
    assert sent(db) == [("refused", "email"), ("closed", "email")]
    assert report.state == "refused"  # what became of it stays

    at(report.closed_at + timedelta(days=90))
    assert barriers.forget(db) == 0
    assert report.what
    at(report.closed_at + timedelta(days=90, seconds=1))
    assert barriers.forget(db) == 1
    db.expire_all()

    typed = (report.what, report.where_at, report.other_access, report.address, report.reply, report.sender_hash)
    assert typed == (None,) * 6
    with pytest.raises(NotFound):
        barriers.by_token(db, KEY, barriers.token_of(KEY, report.id))
    assert "Nie" not in "".join(str(entry.facts) for entry in db.scalars(select(AuditEntry)))


def test_what_nobody_closes_is_closed_by_time(db, make, report, at):
    barriers_desk.answer(db, make.ewa, report.id, "Gotowe.")
    at(report.replied_at + timedelta(days=30))
    barriers_desk.plan_due(db)
    assert report.closed_at is None
    at(report.replied_at + timedelta(days=30, seconds=1))
    barriers_desk.plan_due(db)
    assert report.closed_at == clock.now()
    assert sent(db)[-1] == ("closed", "email")


def test_from_where_a_report_came_is_known_for_a_day(db, report, at):
    at(report.received_at + timedelta(days=1))
    barriers.forget(db)
    db.expire_all()
    assert report.sender_hash == "here"
    at(report.received_at + timedelta(days=1, seconds=1))
    barriers.forget(db)
    db.expire_all()
    assert (report.sender_hash, report.what) == (None, "Nie widzę ramki.")


def test_a_report_is_taken_back_once_and_not_after_its_answer(db, make, report):
    for _ in range(2):
        barriers.withdraw(db, report)
    assert (report.state, report.closed_at) == ("withdrawn", clock.now())
    other = barriers.report(db, WISH, key="other", sender="s")
    barriers_desk.answer(db, make.ewa, other.id, "Gotowe.")
    barriers.withdraw(db, other)
    assert other.state == "answered"
