"""Whether messages go out: the page for coordinators and the word for machines."""

from datetime import timedelta

from services import clock, outbox, providers
from services.channels import Outcome
from services.models import Message
from tests.portal.sending import post_trial
from tests.portal.test_today import words_of


def test_all_is_well_as_long_as_nothing_is_late(client, db, make, at):
    post_trial(db, make.participant())
    at("2026-11-23 09:10")
    assert client.get("/healthz/messages").get_json() == {"status": "ok", "oldest_due_seconds": 600}


def test_a_watchman_hears_that_messages_are_late(client, db, make, at):
    post_trial(db, make.participant())
    at("2026-11-23 09:11")
    answer = client.get("/healthz/messages")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "late", "oldest_due_seconds": 660})


def test_what_waits_for_the_morning_or_a_pause_of_its_provider_is_not_late(client, db, make, at):
    message = post_trial(db, make.participant())
    message.next_try_at = clock.now() + timedelta(hours=12)
    other = post_trial(db, make.participant(), provider="down")
    assert other.provider == "down"
    for _ in range(9):
        providers.note(db, "down", Outcome("later", "push-503"))
    at("2026-11-23 09:05")
    assert client.get("/healthz/messages").get_json()["oldest_due_seconds"] == 0


def test_the_page_tells_age_parked_messages_and_the_last_success_of_each_way_and_names_nobody(client, db, make, sign_in, at):
    maria = make.participant("Maria Kowal")
    for number in range(3):
        outbox.post(
            db, "test", "email", subject=f"n{number}", useful_until=clock.now() + timedelta(days=1), person_id=maria.id,
            provider="smtp",
        )  # fmt: skip
    parked, stuck, _ = db.query(Message).all()
    parked.status, parked.trouble, parked.ended_at = "undeliverable", "smtp-recipient-550", clock.now()
    stuck.attempts, stuck.trouble, stuck.next_try_at = 4, "smtp-away", clock.now() + timedelta(hours=1)
    providers.note(db, "smtp", Outcome("accepted"))
    sign_in(client, make.ewa)
    at("2026-11-23 09:12")

    answer = client.get("/outbox")
    page = words_of(answer)

    for words in (
        "Wiadomości się spóźniają",
        "12 minut",
        "w kolejce",
        "zły adres e-mail",
        "serwer poczty nie odpowiada",
        "23 listopada, 9:00",
    ):
        assert words in page
    assert "Maria" not in page


def test_a_way_that_is_let_alone_says_so(client, db, make, sign_in):
    for _ in range(5):
        providers.note(db, "smtp", Outcome("later", "smtp-away"))
    assert "Przerwa: sposób nie działa" in words_of(sign_in(client, make.ewa).get("/outbox"))


def test_after_days_it_counts_in_days(client, db, make, sign_in, at):
    maria = make.participant("Maria Kowal")
    outbox.post(db, "test", "email", subject="n", useful_until=clock.now() + timedelta(days=9), person_id=maria.id)
    at("2026-11-29 09:12")
    sign_in(client, make.ewa)

    assert "Najdłuższe czekanie: 6 dni." in words_of(client.get("/outbox"))
