"""Who acts for somebody in this browser: apart from whoever is signed in here, since one may be both.

The cookie holds a token for each person for whom one acts; each is a device of its own, that ends by itself. A view that is
marked with `act` takes whom it is about from its address, and is for nobody else.
"""

from functools import wraps
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, request, session, url_for

from portal import edge, taken_up
from portal.show import show
from services import acting_ways, clock
from services.models import Mandate, MandateDevice
from services.permissions import Permission, is_allowed

TOKENS, SEEN, WAY_ON = "acting", "acting-seen", "acting-next"
MOST = 12  # people for whom one acts in one browser: a cookie is small
SHARED_IDLE_MINUTES = 10


def key() -> bytes:
    return current_app.config["SETTINGS"].secret_key


def act(*permissions: Permission):
    """The view is for a trusted person who may do one of these things for whom the address names; with none named, any.

    Before anything is written the mandate is held: one that ends in the same moment ends before or after.
    """

    def mark(view):
        @wraps(view)
        def for_somebody(*args, **values):
            if request.method not in edge.SAFE and acting_ways.hold(edge.open_session(), g.actor.id) is None:
                return _over()
            return view(*args, **values)

        for_somebody.needs, for_somebody.is_acting = permissions, True
        return for_somebody

    return mark


def note_whom(_endpoint, values: dict | None) -> None:
    """Views do not take the number of the mandate; `check` does."""
    g.for_mandate = (values or {}).pop("mandate_id", None)


def say_whom(endpoint: str, values: dict) -> None:
    """The addresses of these pages lead to the same person again."""
    if isinstance(g.get("actor"), Mandate) and current_app.url_map.is_endpoint_expecting(endpoint, "mandate_id"):
        values.setdefault("mandate_id", g.actor.id)


def tokens() -> list[str]:
    return session.get(TOKENS, [])


def here() -> list[MandateDevice]:
    """For whom one acts in this browser now. Asks the database only where the cookie says that there is somebody."""
    if "acting" not in g:
        found = acting_ways.devices(edge.open_session(), tokens())
        g.acting = [device for device in found if not (device.is_shared and _was_idle())]
        if any(device.is_shared for device in g.acting):
            session[SEEN] = int(clock.now().timestamp())
    return g.acting


def _was_idle() -> bool:
    return clock.now().timestamp() - session.get(SEEN, 0) > SHARED_IDLE_MINUTES * 60


def check(view):
    """Let a trusted person in, for whom the address names. Others find nothing here; who has lost their way in may ask again."""
    wanted = g.get("for_mandate")
    device = next((one for one in here() if wanted in (None, one.mandate_id)), None)
    if device is not None:
        g.actor, g.device = device.mandate, device
        if view.needs and not any(is_allowed(g.actor, permission) for permission in view.needs):
            abort(403)
        return None
    if wanted is not None and any(one.mandate_id == wanted for one in _ended()):
        return _over()
    if g.actor is not None or here():
        abort(404)
    session[WAY_ON] = taken_up.page_to_come_back_to()
    return redirect(url_for("acting_entry.ask"), 303)


def _over():
    """It has ended, perhaps a moment ago, with this very page open."""
    g.actor = g.device = None
    return show("acting/ended.html", status=403)


def _ended() -> list[MandateDevice]:
    return [one for one in acting_ways.devices_ever(edge.open_session(), tokens()) if not one.mandate.is_live]


def enter(token: str, *, is_shared: bool) -> None:
    """Put a fresh device's token into the cookie, beside those that are there. Only a phone of one's own keeps it."""
    had = tokens()
    is_alone = not session.get("_user_id") and not had
    session[TOKENS] = [*(one for one in had if one != token), token][-MOST:]
    session[SEEN] = int(clock.now().timestamp())
    session.permanent = not is_shared and (is_alone or session.permanent)


def start_for(mandate: Mandate) -> str:
    """Where somebody goes who has just come in: on from where the way in was lost, if that was about the same person."""
    home, way_on = url_for("acting_plan.see", mandate_id=mandate.id), session.pop(WAY_ON, None) or ""
    return way_on if f"{urlsplit(way_on).path}/".startswith(f"{home}/") else home


def sign_out(db) -> None:
    """This browser acts for nobody any more."""
    if tokens():
        acting_ways.sign_out(db, tokens())
        session.pop(TOKENS, None)
