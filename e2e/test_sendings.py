"""The coordinator writes to many: two hundred people with a real worker, own words. A stop in time: journeys/."""

import pytest
from playwright.sync_api import expect

from e2e.site import Site, copy_of
from services import audiences, sending_results, texts
from services.audiences import Filters
from services.models import Call, Campaign, MailboxItem, Message

DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
LOOKS = [{}, {"color_scheme": "dark"}, {"contrast": "more"}, DESK, DESK | {"color_scheme": "dark"}, DESK | {"contrast": "more"}]
AWAY = Filters("no-session")


@pytest.fixture(scope="module")
def site(filled, by_day, push, tmp_path_factory):
    """A site of its own: what is written to two hundred people would bury the mail of other journeys."""
    folder = copy_of(filled, tmp_path_factory.mktemp("sendings") / "var")
    with Site(folder, by_day, PUSH_HOSTS=push.origin) as running:
        yield running


def how_many(site, filters) -> int:
    with site.reading() as db:
        return audiences.find(db, site.staff(db, "koordynator"), filters).size


def waiting(site) -> int:
    with site.reading() as db:
        return db.query(Message).filter(Message.status == "waiting", Message.campaign_id.is_not(None)).count()


def chosen(staff, audience: str) -> None:
    """Whom to write to, by the form above the list."""
    staff.page.get_by_label("Do kogo?").select_option(label=audience)
    staff.page.get_by_role("button", name="Pokaż osoby").click()
    expect(staff.page.locator("#who")).to_have_text(audience)


def test_a_coordinator_reminds_two_hundred_people_and_sees_what_became_of_each(walk, site):
    expected = how_many(site, AWAY)
    assert expected >= 200
    staff = walk("koordynator")
    staff.follow("Wysyłki", within=".menu")
    chosen(staff, "Bez spotkania od 30 dni")
    staff.sees("Wyślij przypomnienie", picture="sendings-away")
    staff.press("Dalej: treść")
    staff.sees("Co chcesz napisać?", picture="sending-words")
    staff.press("Sprawdź treść")
    staff.sees(f"Za chwilę wyślesz wiadomość do {expected} osób. Sprawdź treść.", picture="sending-preview")
    staff.press(f"Wyślij do {expected} osób")
    site.until(lambda: not waiting(site), timeout=90)
    staff.page.locator("#result:not([data-hx-get])").wait_for()  # the page asks again by itself
    staff.sees("Wysyłka zakończona", picture="sending-done")

    with site.reading() as db:
        campaign = db.query(Campaign).order_by(Campaign.id.desc()).first()
        found = sending_results.of(db, campaign)
        counts = sending_results.counts(found)
        by_way = {code: len([row for row in found if row.way == code]) for code in ("sms", "email", "call")}
        kept = db.query(MailboxItem).filter(MailboxItem.at >= campaign.starts_at).count()
        calls = db.query(Call).join(Call.message).filter(Message.campaign_id == campaign.id).count()
    assert sum(counts.values()) == len(found) == expected
    assert set(counts) == {"sent", "to-call", "no-way"}
    assert min(by_way.values()) > 5
    assert calls == by_way["call"] == counts["to-call"]
    assert kept >= by_way["sms"] + by_way["email"] == counts["sent"]

    staff.follow("Nie doszło")
    staff.sees("Wysyłka zakończona", picture="sending-missed")
    expect(staff.page.locator("tbody tr")).to_have_count(min(100, counts["to-call"] + counts["no-way"]))
    staff.open("/sendings?audience=no-session")
    staff.says("Nie ma takich osób")
    for number, look in enumerate(LOOKS):
        desk = walk("koordynator", **look)
        desk.open(f"/sendings/{campaign.id}")
        desk.sees("Wysyłka zakończona", picture=f"sending-done-{number}")


def test_own_words_to_some_people_are_checked_and_kept(walk, site, scripts):
    staff = walk("koordynator", scripts=scripts)
    staff.open("/sendings?audience=everybody")
    staff.sees("Wyślij przypomnienie", picture="sendings-everybody")
    staff.page.locator("summary").filter(has_text="Lista osób").click()
    staff.press("Odznacz wszystkich")
    staff.says("zaznaczone: 0")
    staff.choose_nth(0)
    staff.press("Następne osoby")
    staff.says("zaznaczone: 1")
    staff.choose_nth(1)
    staff.press("Dalej: treść")
    staff.fill("Treść po polsku", "Zapraszamy na terapię {dzień}")
    staff.press("Sprawdź treść")
    staff.sees(
        "Co chcesz napisać?",
        errors=("Ta grupa nie ma spotkania, więc nie wstawimy słowa: dzień. Usuń je.",),
        picture="words-error",
    )
    staff.fill("Treść po polsku", "Hej {imię}, zapraszamy na warsztat. Zadzwoń: {telefon}")
    staff.page.get_by_label("W jakiej sprawie?").select_option(
        label="warsztat albo wydarzenie" if scripts else "zmiana godziny albo miejsca"  # nobody hears twice for one purpose
    )
    staff.fill("Zapisz na potem", f"Warsztat {scripts}")
    staff.press("Sprawdź treść")
    staff.sees("Za chwilę wyślesz wiadomość do 2 osób. Sprawdź treść.", picture="words-preview")
    staff.press("Wyślij do 2 osób")
    with site.reading() as db:
        campaign = db.query(Campaign).order_by(Campaign.id.desc()).first()
        assert len(sending_results.of(db, campaign)) == 2
        assert f"Warsztat {scripts}" in [one.name for one in texts.kept(db, site.staff(db, "koordynator"))]


def test_kept_words_are_changed_and_taken_off_the_list(walk, site, scripts):
    with site.writing() as db:
        texts.keep(db, site.staff(db, "koordynator"), f"Na próbę {scripts}", "other", {"pl": "Hej"})
    staff = walk("koordynator", scripts=scripts)
    staff.open("/sendings/texts")
    staff.sees("Gotowe teksty", picture="texts")
    staff.follow(f"Na próbę {scripts}", within="main")
    staff.fill("Treść po polsku", "Dzień dobry, {imię}")
    staff.sees("Zmień tekst", picture="text")
    staff.press("Zapisz")
    staff.says("Dzień dobry, {imię}")
    staff.press(f"Usuń z listy Na próbę {scripts}")
    staff.sees("Gotowe teksty")
    staff.is_silent_about(f"Na próbę {scripts}")
