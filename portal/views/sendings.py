"""Sending to many: whom, in which words, a second look, and what became of each person."""

from datetime import timedelta

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, placeholders, sending_steps
from portal.auth import allow
from portal.i18n import LANGUAGES
from portal.sending_steps import Choice, Words
from portal.show import show
from services import audiences, campaigns, catalogue, channels, clock, reach, sending_results, texts
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("sendings", __name__, url_prefix="/sendings")
PER_PAGE = 100  # rows of results


def app():
    return current_app._get_current_object()


def wait() -> int:
    return current_app.config["SETTINGS"].stop_seconds


def fresh_session(more: dict):
    """The session to read a page with. What a refused form has read goes first: nothing is read twice."""
    db = edge.open_session()
    if more.get("status"):
        edge.drop()
    return db


def people_page(choice: Choice, *, purpose: str = "", **more):
    """Whom it is for: filters, and the people with a box each."""
    db = fresh_session(more)
    audience = audiences.find(db, g.actor, choice.filters, purpose=purpose)
    options = catalogue.narrowing(db)
    earlier = campaigns.recent(db, g.actor)
    pages = -(-audience.size // sending_steps.PAGE)
    return show(
        "sendings/see.html", part="sendings/_people.html", choice=choice, audience=audience, pages=pages, earlier=earlier,
        shown=sending_steps.paged(audience, choice.page), chosen=audience.only(choice.selection), options=options, **more,
    )  # fmt: skip


@bp.get("")
@allow(Permission.CAMPAIGN_SEND)
def see():
    return people_page(sending_steps.read(request.args))


@bp.get("/words")
@allow(Permission.CAMPAIGN_SEND)
def words():
    """Own words: those that were written last, or those that are kept under a name (`text`), or for this very purpose."""
    db, choice = edge.open_session(), sending_steps.read(request.args)
    found, kept_id = sending_steps.words_of(db, g.actor, choice), request.args.get("text", type=int)
    kept = texts.get_text(db, g.actor, kept_id) if kept_id is not None else None
    if kept is None and not found.texts:
        kept = next((one for one in texts.kept(db, g.actor) if one.purpose == choice.filters.purpose), None)
    return words_page(choice, Words(dict(kept.texts), kept.purpose) if kept else found)


def words_page(choice: Choice, found: Words, **more):
    db = fresh_session(more)
    lengths = sending_steps.lengths(app(), found.texts, has_session=choice.filters.has_session)
    purpose = found.purpose or choice.filters.purpose
    return show(
        "sendings/words.html", choice=choice, words_of=found, purpose=purpose, kept=texts.kept(db, g.actor), lengths=lengths,
        names=placeholders.shown(has_session=choice.filters.has_session), **more,
    )  # fmt: skip


@bp.post("/words")
@allow(Permission.CAMPAIGN_SEND)
def keep_words():
    db, choice = edge.open_session(), sending_steps.read(request.form)
    found, name = sending_steps.typed(request.form, choice.filters), request.form.get("name", "").strip()
    problems = sending_steps.problems_of(app(), found, has_session=choice.filters.has_session)
    try:
        if name and not problems:
            texts.keep(db, g.actor, name, found.purpose, found.texts)
    except Refused as no:
        problems = [("name", no.code)]
    if problems:
        return words_page(choice, found, name=name, status=422, problems=problems)
    sending_steps.keep_words(db, g.actor, found)
    return redirect(url_for("sendings.preview", **choice.fields), 303)


@bp.get("/preview")
@allow(Permission.CAMPAIGN_SEND)
def preview():
    """The second step: how many, by which way, and the words. Writes nothing, so it may be loaded again."""
    db, choice = edge.open_session(), sending_steps.read(request.args)
    found = sending_steps.words_of(db, g.actor, choice)
    if choice.is_own and sending_steps.problems_of(app(), found, has_session=choice.filters.has_session):
        return redirect(url_for("sendings.words", **choice.fields), 303)
    return preview_page(choice, found)


def preview_page(choice: Choice, found: Words, **more):
    audience = audiences.find(fresh_session(more), g.actor, choice.filters, purpose=found.purpose).only(choice.selection)
    if not audience.members:
        code = "heard-already" if audience.heard else "nobody-chosen"
        return people_page(choice, purpose=found.purpose, status=422, problems=[("person", code)])
    ways = [code for code in channels.working() if any(code in member.ways for member in audience.members)]
    spoken = [
        lang for lang in LANGUAGES if lang == "pl" or (audience.languages[lang] and (lang in found.texts or not found.texts))
    ]
    way = request.values.get("way") if request.values.get("way") in ways else audience.counts.most_common(1)[0][0]
    lang = request.values.get("lang") if request.values.get("lang") in spoken else "pl"
    return show(
        "sendings/preview.html", choice=choice, audience=audience, words_of=found, ways=ways, spoken=spoken, lang=lang,
        way=way if way in ways else (ways or [None])[0], sample=sending_steps.sample(app(), audience, found, lang), wait=wait(),
        untranslated=sum(n for one, n in audience.languages.items() if found.texts and one not in found.texts),
        is_night=reach.is_quiet(clock.now() + timedelta(seconds=wait())), **more,
    )  # fmt: skip


@bp.post("")
@allow(Permission.CAMPAIGN_SEND)
def send():
    db, choice = edge.open_session(), sending_steps.read(request.form)
    found = sending_steps.words_of(db, g.actor, choice)
    key = request.form.get("key", "")[:64]
    if request.form.get("mark") != found.mark and not campaigns.was_sent(db, g.actor, key):
        return preview_page(choice, found, status=422, problems=[("", "words-changed")])
    try:
        campaign = campaigns.send(
            db, g.actor, choice.filters, key=key, selection=choice.selection, texts=found.texts or None,
            purpose=found.purpose, wait=wait(),
        )  # fmt: skip
    except Refused as no:  # while the text was read, everybody chosen has answered, or somebody else has asked them
        return people_page(choice, purpose=found.purpose, status=422, problems=[("person", no.code)])
    sending_steps.drop_words(db, g.actor)
    return redirect(url_for("sendings.result", campaign_id=campaign.id), 303)


@bp.get("/<int:campaign_id>")
@allow(Permission.CAMPAIGN_SEND)
def result(campaign_id: int):
    """What became of each person; `state` shows only those with one outcome, or those whom it did not reach."""
    db = edge.open_session()
    campaign = campaigns.get_campaign(db, g.actor, campaign_id)
    found = sending_results.of(db, campaign)
    wanted = request.args.get("state", "")
    kept = [row for row in found if not wanted or row.state == wanted or (wanted == "missed" and row.is_missed)]
    number = max(1, min(request.args.get("page", 1, type=int), 1000))
    return show(
        "sendings/result.html", part="sendings/_result.html", campaign=campaign, found=found, wanted=wanted, number=number,
        shown=kept[(number - 1) * PER_PAGE : number * PER_PAGE], pages=-(-len(kept) // PER_PAGE), kept=kept,
        counts=sending_results.counts(found), is_open=any(row.state == "waiting" for row in found),
        can_stop=campaign.stopped_at is None and clock.now() < campaign.starts_at, morning=sending_results.morning(found),
    )  # fmt: skip


@bp.post("/<int:campaign_id>/stop")
@allow(Permission.CAMPAIGN_SEND)
def stop(campaign_id: int):
    db = edge.open_session()
    campaigns.stop(db, g.actor, campaigns.get_campaign(db, g.actor, campaign_id))
    return redirect(url_for("sendings.result", campaign_id=campaign_id), 303)
