"""Who is signed in, and what each view needs. The app refuses to start when a view does not say."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException

from portal import acting, edge, taken_up
from services import choices, clock, factors, identity
from services.models import Device, Person, StaffMember
from services.permissions import Permission, is_allowed

SHARED_IDLE_MINUTES = 10
PUT_OFF_EVERY = 86400  # seconds between two times that a phone of one's own is told to keep its cookie for longer
LEFT_COOKIE = "left"  # set by a page that was signed out, perhaps without a network
WIPED = '"cache", "storage"'  # Clear-Site-Data: what the browser forgets with whoever leaves


class SignedIn(UserMixin):
    """One device with whoever is signed in there. Its id is the device's token, so one device can be ended by itself."""

    def __init__(self, token: str, device: Device):
        self.token = token
        self.device = device
        self.who: Person | StaffMember = device.person or device.staff

    def get_id(self) -> str:
        return self.token


def allow(*permissions: Permission) -> Callable:
    """The view is for signed-in people with one of these permissions; with none named, for anybody signed in."""

    def mark(view):
        view.needs = permissions
        return view

    return mark


def public(view):
    """The view is for everybody."""
    view.needs = None
    return view


def second(view):
    """The view is a part of the second step of staff: for a device that is half-open, and for open ones of staff."""
    view.needs, view.is_second = (), True
    return view


def is_half_open() -> bool:
    """Whether whoever signed in here has yet to show a second factor: until then they are nobody, but for `second` views."""
    is_required = current_app.config["SETTINGS"].is_factor_required
    return factors.is_half_open(edge.open_session(), current_user.device, is_required=is_required)


def init(app: Flask) -> None:
    manager = LoginManager()
    # No current_user in templates: the page that says that the database is away must not ask it who is there.
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None  # a phone changes its address ten times a day
    manager.user_loader(_load)
    app.before_request(_check)
    app.after_request(_forget)


def _load(token: str) -> SignedIn | None:
    device = identity.device_of(edge.open_session(), token)
    if device is None or (device.is_shared and _was_idle()):
        return None
    return SignedIn(token, device)


def _was_idle() -> bool:
    return clock.now().timestamp() - session.get("seen", 0) > SHARED_IDLE_MINUTES * 60


def _check():
    if request.endpoint == "static":
        return None
    g.actor = g.device = g.half = None
    view = _view(request.endpoint)
    if request.endpoint in ("health.alive", "health.ready", "pwa.worker", "pwa.manifest"):
        return None
    if LEFT_COOKIE in request.cookies:
        _finish_leaving()
    edge.open_session()
    if current_user.is_authenticated and is_half_open():
        g.half = current_user.device
    elif current_user.is_authenticated:
        g.actor, g.device = current_user.who, current_user.device
        if g.device.is_shared:
            session["seen"] = int(clock.now().timestamp())
    _keep_for_longer()
    if view is None or view.needs is None:
        acting.here() if g.actor is None else None
        return None
    if getattr(view, "is_acting", False) and g.half is None:
        return acting.check(view)
    is_second = getattr(view, "is_second", False)
    if g.actor is None and g.half is None and acting.here():
        return abort(403)  # who acts for somebody reaches what they were let do, and nothing else
    if g.actor is None and not (is_second and g.half):
        taken_up.stop()
        return redirect(url_for("second.ask" if g.half else "entry.sign_in"), 303)
    if is_second:
        return abort(403) if isinstance(g.actor, Person) else None
    if view.needs and not any(is_allowed(g.actor, permission) for permission in view.needs):
        abort(403)
    return None


def _keep_for_longer() -> None:
    """A phone of one's own that is in use stays signed in. Not with each answer: one to whoever was here before may come late,
    to the part of the portal that works behind the pages, and would bring their cookie back in place of a newer one."""
    now = int(clock.now().timestamp())
    if session.permanent and now - session.get("seen", 0) > PUT_OFF_EVERY:
        session["seen"] = now


def _finish_leaving() -> None:
    """Somebody signed out while the network was away: the first request that comes through ends the device."""
    if (token := session.get("_user_id")) or acting.tokens():
        with edge.writing() as db:
            acting.sign_out(db)
            if token and (device := identity.device_of(db, token)):
                end_device(db, device)
        leave()


def _forget(response):
    if LEFT_COOKIE in request.cookies and request.endpoint not in ("static", None) and "actor" in g:
        response.delete_cookie(LEFT_COOKIE)
        response.headers["Clear-Site-Data"] = WIPED
    return response


def _page_at(path: str):
    """The view of the page at a path of ours; None where there is no page."""
    try:
        endpoint, _values = current_app.create_url_adapter(request).match(path, method="GET")
    except HTTPException:
        return None
    return _view(endpoint)


def start_of(who: Person | StaffMember) -> str:
    """Where somebody goes who has just signed in: on from where they were stopped, unless that was not a page of theirs."""
    if is_half_open():
        return url_for("second.ask")
    wanted = taken_up.begin(who)
    is_ours = bool(wanted) and not urlsplit(wanted).netloc
    needs = getattr(_page_at(urlsplit(wanted).path), "needs", None) if is_ours else None
    return wanted if needs and any(is_allowed(who, permission) for permission in needs) else home_of(who)


def _view(endpoint: str | None):
    return current_app.view_functions.get(endpoint) if endpoint else None


def require_declared(app: Flask) -> None:
    """Stop the start when a view has not declared who may use it."""
    silent = [name for name, view in app.view_functions.items() if name != "static" and not hasattr(view, "needs")]
    if silent:
        raise RuntimeError(f"views without @allow or @public: {', '.join(sorted(silent))}")


def enter(token: str, *, is_shared: bool, is_staff: bool) -> None:
    """Put a fresh device's token into the cookie. A phone that is *mine* keeps it for 90 days, others until they close."""
    way_on = {name: session[name] for name in ("next", "next-of") if session.get(name)}
    session.clear()
    session.update(way_on)
    device = identity.device_of(edge.open_session(), token)
    session.permanent = not is_shared and not is_staff
    session["seen"] = int(clock.now().timestamp())
    login_user(SignedIn(token, device))


def end_device(db, device: Device) -> None:
    """Sign out on the server: whoever uses this browser next is not to see this one's notifications."""
    if device.person is not None:
        choices.unsubscribe(db, device.person, device)
    identity.sign_out(db, device)


def leave() -> None:
    logout_user()
    session.clear()


def home_of(who: Person | StaffMember) -> str:
    """Where somebody starts: the plan, the day, or the list of people."""
    if isinstance(who, Person):
        return url_for("plan.see")
    return url_for("today.see") if is_allowed(who, Permission.DIARY_SEE) else url_for("people.find")
