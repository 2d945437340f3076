"""The three languages on the screens and in messages."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from portal import messages
from scripts import words
from services import clock, deliveries
from services.models import Message
from tests.portal.test_words import NAMES, POLISH

PARTICIPANT = ["/plan", "/plan/proposed", "/book/need", "/reminders", "/reminders/phone", "/files", "/booked/{number}",
               "/booked/{number}/cancel", "/here", "/look", "/help", "/accessibility", "/privacy", "/no-such-page"]  # fmt: skip
SPECIALIST = [
    "/today",
    "/slots",
    "/slots/new",
    "/slots/check?days=2026-11-30&start=9:00&end=8:00&minutes=45&pause=10",
    "/people",
]
COORDINATOR = ["/people", "/people/{person}", "/people/{person}/plan", "/people/{person}/invitation", "/people/import", "/tasks",
               "/sendings"]  # fmt: skip
NOBODY = ["/sign-in", "/sign-in/how", "/w/" + "A" * 22, "/s/" + "A" * 22, "/mailbox"]
SPOKEN = {"aria-label", "alt", "title", "placeholder", "data-busy", "data-said", "content"}


class Page(HTMLParser):
    """Everything that a page says, in its text and in the attributes that are read out, and the language it claims."""

    def __init__(self, html: str):
        super().__init__()
        self.said, self.lang, self._silent, self._other = [], None, 0, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        self._silent += tag in ("script", "style")
        if tag == "html":
            self.lang = facts["lang"]
        self.said += [facts[name] for name in SPOKEN & facts.keys() if facts[name]]

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._silent:
            self.said.append(" ".join(data.split()))


def untranslated(lang: str) -> set[str]:
    """The Polish sentences that must not be seen in another language: those that are not the same word there."""
    return {
        polish
        for one in words.read(lang)
        if one.id
        for polish in (one.id if one.pluralizable else [one.id])
        if polish not in (one.string if one.pluralizable else [one.string])
    }


def shown(app, lang, text, **facts):
    """What a template says in this language."""
    with app.test_request_context(headers={"Cookie": f"look=lang={lang}"}):
        return app.jinja_env.from_string(text).render(**facts)


@pytest.fixture
def known(db, make):
    """What the addresses name: a person with a plan that waits for an answer and a session."""
    person = make.participant("Maria Kowal", needs=["loop"])
    make.plan(person, {"A job close to home": ["Write a CV"]}, answered=None)
    booking = make.booking(person, make.slot(f"{clock.today() + timedelta(days=2)} 10:00"))
    return {"person": person.id, "number": booking.number, "who": person}


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
@pytest.mark.parametrize(
    ("who", "urls"),
    [("nobody", NOBODY), ("participant", PARTICIPANT), ("specialist", SPECIALIST), ("coordinator", COORDINATOR)],
)
def test_a_page_is_in_the_language_that_was_chosen(client, make, sign_in, known, lang, who, urls):
    actor = {"participant": known["who"], "specialist": make.adviser, "coordinator": make.ewa}.get(who)
    if actor:
        sign_in(client, actor)
    client.set_cookie("look", f"lang={lang}")
    polish = untranslated(lang) if lang != "pl" else set()
    people = re.compile(f"{NAMES.pattern}|{make.adviser.last_name}|{make.the_room.place.address}")

    for url in urls:
        answer = client.get(url.format(**known), follow_redirects=True)
        page = Page(answer.text)
        assert answer.request.path == url.format(**known).partition("?")[0] or url.startswith(("/w/", "/here")), (
            "sent elsewhere"
        )
        assert page.lang == lang, url
        assert [said for said in page.said if said in polish] == [], url
        assert lang == "pl" or [said for said in page.said if POLISH.search(people.sub("", said))] == [], url


@pytest.mark.parametrize(("lang", "name"), [("pl", "Mój plan"), ("uk", "Мій план"), ("en", "My plan")])
def test_the_installed_app_has_its_names_in_the_language_of_the_person(client, lang, name):
    client.set_cookie("look", f"lang={lang}")

    manifest = client.get("/manifest.webmanifest").get_json(force=True)

    assert manifest["lang"] == lang
    assert manifest["shortcuts"][0]["name"] == name


@pytest.mark.parametrize(("lang", "subject"), [("uk", "Зустріч призначено: "), ("en", "Meeting booked: ")])
def test_a_message_is_in_the_language_of_its_reader(app, db, make, lang, subject):
    person = make.participant(language=lang)
    booking = make.booking(person)
    booking.slot.form.neutral = {"pl": "spotkanie", "uk": "розмова", "en": "a talk"}  # what is typed, not translated
    message = db.query(Message).filter_by(person_id=person.id, channel="email").first()

    said = messages.words(app, deliveries.look(db, app.config["SETTINGS"].secret_key, message))

    assert said.subject.startswith(subject)
    page = Page(said.html)
    assert page.lang == lang
    assert [one for one in page.said if one in untranslated(lang)] == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("pl", "środa, 25 listopada / 25 listopada 2026 / w środę, 25 listopada / środa 25 listopada 10:00 rano"),
        ("uk", "середа, 25 листопада / 25 листопада 2026 / у середу, 25 листопада / середа 25 листопада 10:00 вранці"),
        ("en", "Wednesday 25 November / 25 November 2026 / on Wednesday 25 November / Wednesday 25 November 10:00 morning"),
    ],
)
def test_a_day_in_words(app, at, lang, said):
    template = (
        "{{ at|day }} / {{ at|long_day }} / {{ at|on_day }} / {{ at|weekday }} {{ at|day_number }} {{ at|month_name }} {{ at|hour }} "
        "{{ _('Rano')|lower if at|part_of_day == 'morning' else '' }}"
    )

    assert shown(app, lang, template, at=at("2026-11-25 10:00")) == said


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
def test_every_weekday_has_its_own_words(app, lang):
    week = [date(2026, 11, 23) + timedelta(days=n) for n in range(7)]

    assert len({shown(app, lang, "{{ day|on_day }}", day=day).split()[1] for day in week}) == 7


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("pl", ["1 wolna godzina", "2 wolne godziny", "5 wolnych godzin", "12 wolnych godzin", "22 wolne godziny"]),
        ("uk", ["1 вільна година", "2 вільні години", "5 вільних годин", "12 вільних годин", "22 вільні години"]),
        ("en", ["1 free time", "2 free times", "5 free times", "12 free times", "22 free times"]),
    ],
)
def test_numbers_agree_with_their_word(app, lang, said):
    template = "{{ ngettext('%(num)s wolna godzina', '%(num)s wolnych godzin', n) }}"

    assert [shown(app, lang, template, n=n) for n in (1, 2, 5, 12, 22)] == said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("pl", ["wczoraj", "dziś", "jutro", "za 2 dni", "za 5 dni", "za 21 dni", "za 22 dni"]),
        ("uk", ["вчора", "сьогодні", "завтра", "через 2 дні", "через 5 днів", "через 21 день", "через 22 дні"]),
        ("en", ["yesterday", "today", "tomorrow", "in 2 days", "in 5 days", "in 21 days", "in 22 days"]),
    ],
)
def test_how_far_away_a_day_is(app, lang, said):
    days = [clock.today() + timedelta(days=n) for n in (-1, 0, 1, 2, 5, 21, 22)]

    assert [shown(app, lang, "{{ day|in_days }}", day=day) for day in days] == said
