"""Demo mode only: mails and text messages that would have gone out, so that the whole journey can be walked with no server."""

from flask import Blueprint, current_app, redirect, request, url_for
from sqlalchemy import select

from portal import edge
from portal.auth import public
from portal.links import with_links
from portal.show import show
from services import channels, replies
from services.channels import sms_text
from services.channels.reports import Reply
from services.errors import NotFound
from services.models import MailboxItem

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")
MOST = 50


def item_of(item_id: int) -> MailboxItem:
    item = edge.open_session().get(MailboxItem, item_id)
    if item is None:
        raise NotFound
    return item


def takes_answers(item: MailboxItem) -> bool:
    channel = channels.all_channels().get(item.channel)
    return channel is not None and channel.takes_answers


def page(item: MailboxItem, **more):
    base_url = current_app.config["SETTINGS"].base_url
    paragraphs = [with_links(part, base_url=base_url) for part in item.body.split("\n\n")]
    parts = sms_text.parts(item.body)
    return show("mailbox/read.html", item=item, paragraphs=paragraphs, parts=parts, can_answer=takes_answers(item), **more)


@bp.get("")
@public
def see():
    query = select(MailboxItem).order_by(MailboxItem.id.desc()).limit(MOST)
    return show("mailbox/see.html", items=list(edge.open_session().scalars(query)))


@bp.get("/<int:item_id>")
@public
def read(item_id: int):
    return page(item_of(item_id), became=request.args.get("became", ""))


@bp.post("/<int:item_id>/reply")
@public
def reply(item_id: int):
    """As if the telephone had answered: it takes the same way as an answer that a gateway brings."""
    item, text = item_of(item_id), request.form.get("text", "").strip()
    if not takes_answers(item):
        raise NotFound
    if not text:
        return page(item, status=422, problems=[("text", "answer-missing")])
    said = Reply(item.to, text, f"demo-{request.form.get('key', '')}", provider_ref=item.reference)
    became = replies.take(edge.open_session(), item.channel, said)
    return redirect(url_for("mailbox.read", item_id=item_id, became=became), 303)
