"""How people are reached, and in which order. On both databases."""

from types import SimpleNamespace

import pytest

from services import channels, clock, reach
from services.channels import Route
from services.reach import Reach

MOBILE, LANDLINE = "+447700900001", "+442079460001"  # both kept for fiction


def ways(db, person):
    return list(reach.of(db, person).ways)


@pytest.mark.parametrize(
    ("agreed", "email", "phone", "expected"),
    [
        ("email", "m@example.org", MOBILE, ["email", "call"]),
        ("sms", "m@example.org", MOBILE, ["sms", "email", "call"]),
        ("sms", "m@example.org", LANDLINE, ["email", "call"]),
        ("app", "m@example.org", MOBILE, ["sms", "email", "call"]),
        ("call", "m@example.org", MOBILE, ["call"]),
        ("email", None, LANDLINE, ["call"]),
        ("email", None, None, []),
    ],
)
def test_until_somebody_chooses_the_agreement_on_paper_counts_and_a_call_is_the_last_way(
    db, make, agreed, email, phone, expected
):
    assert ways(db, make.participant(contact=agreed, email=email, phone=phone)) == expected


def test_a_choice_goes_before_the_agreement_in_its_own_order(db, make):
    maria = make.participant(contact="call", phone=MOBILE)
    make.choice(maria, ["email", "push", "sms"])
    make.subscription(maria)

    assert ways(db, maria) == ["email", "push", "sms", "call"]


def test_notifications_that_somebody_turned_on_come_first_where_nothing_else_was_chosen(db, make):
    maria = make.participant(contact="email")
    phones = [make.subscription(maria), make.subscription(maria)]

    assert reach.of(db, maria).first("reminder") == [Route("push", "push push.example.org", phone.id) for phone in phones]


def test_a_phone_that_stopped_is_no_way_any_more(db, make):
    maria = make.participant()
    make.subscription(maria).ended_at = clock.now()
    db.flush()

    assert ways(db, maria) == ["email"]


def test_who_wants_no_reminders_hears_by_telephone_what_must_be_heard_and_nothing_else(db, make):
    maria = make.participant(phone=MOBILE)
    make.choice(maria, [])
    found = reach.of(db, maria)

    assert [list(found.ways_for(kind)) for kind in ("reminder", "missed", "moved", "cancelled-by-us")] == [
        [],
        [],
        ["call"],
        ["call"],
    ]
    assert found.is_silent


def test_nobody_is_rung_up_for_what_is_only_a_confirmation(db, make):
    found = reach.of(db, make.participant(contact="call", phone=MOBILE))

    assert [found.first(kind) for kind in ("booked", "cancelled", "test")] == [[], [], []]
    assert found.first("reminder") == [Route("call", "calls")]


def test_a_channel_without_a_provider_is_no_way(db, make, request):
    """An installation without a gateway for text messages."""
    nobody = SimpleNamespace(sms_token=None, is_demo=False, smtp_url="smtp://localhost", vapid_private_key="key")
    everybody = SimpleNamespace(**{**vars(nobody), "sms_token": "token"})
    request.addfinalizer(lambda: channels.switch(everybody))
    channels.switch(nobody)

    assert ways(db, make.participant(contact="sms", phone=MOBILE)) == ["email", "call"]


def test_a_new_channel_is_one_file_that_nobody_else_names(db, make, tmp_path, monkeypatch):
    (tmp_path / "pigeon.py").write_text(
        "from services.channels import Channel, Route\n\n\n"
        "class Pigeon(Channel):\n    code = 'pigeon'\n\n"
        "    def routes(self, to, subscriptions):\n        return [Route('pigeon', 'loft')]\n\n\n"
        "CHANNEL = Pigeon()\n"
    )
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    channels.all_channels.cache_clear()
    try:
        maria = make.participant(phone=MOBILE)
        make.choice(maria, ["pigeon", "email"])
        assert ways(db, maria) == ["pigeon", "email", "call"]
    finally:
        channels.all_channels.cache_clear()


@pytest.mark.parametrize(
    ("now", "quiet", "morning"),
    [
        ("2026-11-23 12:00", (20, 8), "2026-11-23 12:00"),
        ("2026-11-23 20:00", (20, 8), "2026-11-24 08:00"),
        ("2026-11-24 07:59", (20, 8), "2026-11-24 08:00"),
        ("2026-11-23 20:30", (22, 10), "2026-11-23 20:30"),
        ("2027-03-27 23:00", (20, 8), "2027-03-28 08:00"),  # a night that is an hour short
        ("2027-10-30 23:00", (20, 8), "2027-10-31 08:00"),  # and one that is an hour long
    ],
)
def test_the_night_ends_by_the_wall_clock(at, now, quiet, morning):
    assert reach.morning_after(at(now), quiet) == at(morning)


def test_many_people_take_as_many_queries_as_one(db, make, statements):
    people = [make.participant(f"Osoba{number} Kowal") for number in range(30)]
    db.flush()
    with statements(db) as said:
        found = reach.of_all(db, people)

    assert len(said) == 2
    assert set(found) == {person.id for person in people}
    assert isinstance(found[people[0].id], Reach)
