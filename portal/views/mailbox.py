"""Demo mode only: the mails that would have gone out, so that the whole journey can be walked with no server."""

from flask import Blueprint
from sqlalchemy import select

from portal import edge
from portal.auth import public
from portal.links import with_links
from portal.show import show
from services.errors import NotFound
from services.models import MailboxItem

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")
MOST = 50


@bp.get("")
@public
def see():
    query = select(MailboxItem).order_by(MailboxItem.id.desc()).limit(MOST)
    return show("mailbox/see.html", items=list(edge.open_session().scalars(query)))


@bp.get("/<int:item_id>")
@public
def read(item_id: int):
    item = edge.open_session().get(MailboxItem, item_id)
    if item is None:
        raise NotFound
    return show("mailbox/read.html", item=item, paragraphs=[with_links(part) for part in item.body.split("\n\n")])
