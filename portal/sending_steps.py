"""What a coordinator has chosen on the way to a sending: whom, in the address; in which words, in a draft."""

import hashlib
import json
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.orm import Session

from portal import messages, placeholders
from portal.i18n import LANGUAGES
from portal.numbers import whole_or_none
from services import audiences, drafts
from services.audiences import Audience, Filters, Member, Selection
from services.models import Campaign, StaffMember

KIND = "sending"
PAGE = 50  # people with a box to tick on one page
NARROWING = ("path", "partner", "form", "place")


@dataclass(frozen=True)
class Choice:
    """Whom a sending is for. `fields` say it again, in an address or in a form's hidden fields."""

    filters: Filters = Filters()
    selection: Selection = audiences.EVERYBODY
    is_own: bool = False  # own words, not the reminder of a session
    page: int = 1

    @property
    def fields(self) -> dict[str, str]:
        kept = {"audience": self.filters.audience} | {
            name: str(getattr(self.filters, name)) for name in NARROWING if getattr(self.filters, name)
        }
        if not self.selection.is_all:
            kept["all"] = "no"
        if self.selection.others:
            kept["other"] = ".".join(map(str, sorted(self.selection.others)))
        return kept | ({"own": "yes"} if self.is_own else {})


def read(values) -> Choice:
    """The choice that an address or a form holds. People on other pages than the one that was shown stay as they were."""
    code = values.get("audience", "")
    filters = Filters(
        code if code in audiences.CODES else audiences.CODES[0], **{name: whole_or_none(values.get(name)) for name in NARROWING}
    )
    if again := values.get("tick"):  # everybody, or nobody
        selection = Selection(is_all=again == "all")
    else:
        is_all, others = values.get("all") != "no", _ids(values.get("other", ""))
        ticked = {whole_or_none(one) for one in values.getlist("person")}
        for person_id in _ids(values.get("shown", "")):
            others = others | {person_id} if (person_id in ticked) != is_all else others - {person_id}
        selection = Selection(is_all, frozenset(others))
    is_own = values.get("own") == "yes" or not filters.has_session
    return Choice(filters, selection, is_own, max(1, whole_or_none(values.get("page")) or 1))


def _ids(text: str) -> set[int]:
    found = {whole_or_none(part) for part in text.split(".")}
    return {one for one in found if one is not None}


def paged(audience: Audience, page: int) -> list[Member]:
    return list(audience.by_person.values())[(page - 1) * PAGE : page * PAGE]


@dataclass(frozen=True)
class Words:
    """A coordinator's own words: language → text."""

    texts: dict[str, str] = field(default_factory=dict)
    purpose: str = ""

    @property
    def mark(self) -> str:
        """Tells whether what is sent is what was looked at."""
        return hashlib.sha256(json.dumps([self.texts, self.purpose], sort_keys=True).encode()).hexdigest()[:16]


def words_of(db: Session, actor: StaffMember, choice: Choice) -> Words:
    """The words that were written last; none for the reminder of a session."""
    if not choice.is_own:
        return Words()
    found = drafts.get_draft(db, _owner(actor), KIND)
    return Words(found.get("texts", {}), found.get("purpose", ""))


def keep_words(db: Session, actor: StaffMember, words: Words) -> None:
    drafts.keep(db, _owner(actor), KIND, vars(words))


def drop_words(db: Session, actor: StaffMember) -> None:
    drafts.drop(db, _owner(actor), KIND)


def _owner(actor: StaffMember) -> str:
    return f"staff:{actor.id}"


def typed(form, filters: Filters | None = None) -> Words:
    """What a form of words holds."""
    texts = {lang: form.get(f"text_{lang}", "").replace("\r\n", "\n").strip()[:1000] for lang in LANGUAGES}
    purpose = form.get("purpose", "")
    usual = filters.purpose if filters else "other"
    return Words({lang: text for lang, text in texts.items() if text}, purpose if purpose in audiences.PURPOSES else usual)


def problems_of(app: Flask, words: Words, *, has_session: bool) -> list[tuple]:
    """What is wrong with own words, by the field in which they stand."""
    if not words.texts.get("pl"):
        return [("text_pl", "text-missing")]
    return [
        (f"text_{lang}", *problem)
        for lang, text in words.texts.items()
        for problem in placeholders.check(text, app, has_session=has_session)[:1]
    ]


def lengths(app: Flask, texts: dict[str, str], *, has_session: bool) -> dict[str, int]:
    """Language → letters of the text as an SMS."""
    return {lang: placeholders.longest(text, app, has_session=has_session) for lang, text in texts.items()}


def sample(app: Flask, audience: Audience, words: Words, language: str) -> messages.Words:
    """How the first person of a language gets it, or, where nobody reads that language, how the first one would."""
    member = next((one for one in audience.members if one.person.language == language), audience.members[0])
    campaign = Campaign(texts=words.texts, purpose=words.purpose) if words.texts else None
    kind = "note" if campaign else "reminder"
    shown = messages.preview(app, member.person, kind, booking=member.booking, campaign=campaign, moment="asked")
    shown.language = language
    return shown
