"""Who looks at a page: how each of them comes to be where they are. Every visit begins with a browser that knows nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import APIRequestContext, Browser
from pyotp import TOTP

from e2e.matrix.world import World
from services import clock, codes, identity
from services.models import Person, SignInCode

SECRET = re.compile(r"secret=([A-Z2-7]{32})")
TWINS = "wspolny@example.org"
Way = Callable[["Visitors", APIRequestContext], None]


class Visitors:
    """`cookies(who)`: what the browser of somebody holds who has come to their pages. Each way is gone once."""

    def __init__(self, world: World, browser: Browser):
        self.world, self.site, self._browser = world, world.site, browser
        self._states: dict[str, dict] = {}
        self._secret = ""

    def cookies(self, who: str) -> list[dict]:
        if who not in self._states:
            context = self._browser.new_context(base_url=self.site.base_url)
            try:
                WAYS.get(who, Visitors._signed_in_as(who))(self, context.request)
                self._states[who] = context.storage_state()
            finally:
                context.close()
        return self._states[who]["cookies"]

    @staticmethod
    def _signed_in_as(who: str) -> Way:
        def come(self: Visitors, browser: APIRequestContext) -> None:
            self._sign_in(who, browser)

        return come

    def _sign_in(self, who: str, browser: APIRequestContext) -> None:
        account = self.world.people[who]
        owner = {"person_id": account.id} if isinstance(account, Person) else {"staff_id": account.id}
        with self.site.writing() as db:
            link = identity.make_link(db, self.site.key, "sign-in", lasts=timedelta(hours=1), **owner)
            token = identity.token_of(self.site.key, link)
        self._get(browser, f"/w/{token}")
        self._send(browser, "/enter", phone="mine")

    def _guest(self, _browser: APIRequestContext) -> None: ...

    def _invited(self, browser: APIRequestContext, state: str = "default") -> None:
        self._get(browser, self.world.path("/w/{way_in}", state))

    def _invited_long(self, browser: APIRequestContext) -> None:
        self._invited(browser, "longest")

    def _with_a_broken_link(self, browser: APIRequestContext) -> None:
        browser.get("/w/" + "A" * 22)

    def _asked(self, browser: APIRequestContext) -> None:
        self._send(browser, "/sign-in", address=TWINS)

    def _proved(self, browser: APIRequestContext) -> None:
        """The code that the mail would bring."""
        self._asked(browser)
        with self.site.reading() as db:
            code = db.query(SignInCode).filter_by(address=TWINS).order_by(SignInCode.id.desc()).first()
            digits = codes.digits_of(self.site.key, code)
        self._send(browser, "/sign-in/code", code=digits)

    def _named(self, browser: APIRequestContext) -> None:
        """Whoever is to act for Maria, before they have said yes."""
        self._get(browser, self.world.path("/t/{waiting_token}", "default"))

    def _anna(self, browser: APIRequestContext, *states: str) -> None:
        """Whoever acts for somebody, or for several."""
        for state in states or ("default",):
            self._get(browser, self.world.path("/t/{act_token}", state))
            self._send(browser, "/for/enter", phone="mine")

    def _anna_of_nina(self, browser: APIRequestContext) -> None:
        self._anna(browser, "empty")

    def _anna_of_dluga(self, browser: APIRequestContext) -> None:
        self._anna(browser, "longest")

    def _anna_of_two(self, browser: APIRequestContext) -> None:
        """One link opens one browser: this one has been used by then, so others that wait are taken."""
        for state in ("empty", "longest"):
            self._get(browser, self.world.path("/t/{waiting_token}", state))
            self._send(browser, "/for/enter", phone="mine")

    def _with_codes(self, browser: APIRequestContext) -> None:
        """Sara sets up her authenticator, and stands before her recovery codes."""
        self._sign_in("sara", browser)
        self._send(browser, "/second/new")
        found = SECRET.search(self._get(browser, "/second/app"))
        assert found, "no secret for the authenticator"
        self._send(browser, "/second/app", code=TOTP(found[1]).at(clock.now()))

    def _at_the_second(self, browser: APIRequestContext) -> None:
        """On another device she is asked for the second step."""
        self.cookies("with-codes")
        self._sign_in("sara", browser)

    @staticmethod
    def _get(browser: APIRequestContext, path: str) -> str:
        answer = browser.get(path)
        assert answer.ok, f"{path}: {answer.status}"
        return answer.text()

    @staticmethod
    def _send(browser: APIRequestContext, path: str, **form: str) -> None:
        answer = browser.post(path, form=form)
        assert answer.ok, f"{path}: {answer.status}"


WAYS: dict[str, Way] = {
    "guest": Visitors._guest, "invited": Visitors._invited, "invited-long": Visitors._invited_long,
    "broken": Visitors._with_a_broken_link, "asked": Visitors._asked, "proved": Visitors._proved,
    "named": Visitors._named, "anna": Visitors._anna, "anna-of-nina": Visitors._anna_of_nina,
    "anna-of-dluga": Visitors._anna_of_dluga, "anna-of-two": Visitors._anna_of_two, "with-codes": Visitors._with_codes, "at-the-second": Visitors._at_the_second,
}  # fmt: skip
