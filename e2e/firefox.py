"""A real Firefox without a window, driven over WebDriver BiDi with nothing but a websocket."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from e2e.desktop import Desktop
from tests.child import Child

# Firefox turns the first two off under automation. Without the third it takes wss: only. The fourth allows
# notifications everywhere without asking; the fifth keeps them out of a desktop, where a test has none.
PUSH = {
    "dom.push.enabled": True,
    "dom.push.connection.enabled": True,
    "dom.push.testing.allowInsecureServerURL": True,
    "permissions.default.desktop-notification": 1,
    "alerts.useSystemBackend": False,
}
# Everything but this machine is sent to a proxy that is not there, so that no test can reach the world.
ALONE = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "pl",
}


class ScriptFailed(Exception):
    """What the page's script, or Firefox itself, answered instead of a value."""


class Firefox:
    """`with Firefox(push.websocket_url) as firefox: tab = firefox.open(url)`.

    `close` and `start` end it and begin it again with the same profile: a person who shuts the browser and comes back.
    On a `desktop` its notifications are shown there, with their buttons.
    """

    def __init__(self, push_url: str, preferences: Mapping[str, Any] | None = None, *, desktop: Desktop | None = None):
        self._preferences = {**PUSH, **ALONE, "dom.push.serverURL": push_url, **(preferences or {})}
        self._surroundings = {}
        if desktop is not None:
            ctypes.CDLL("libnotify.so.4")  # without it Firefox would draw them itself, without buttons
            self._preferences["alerts.useSystemBackend"] = True
            self._surroundings["DBUS_SESSION_BUS_ADDRESS"] = desktop.bus_address

    def __enter__(self) -> Firefox:
        self._profile = Path(tempfile.mkdtemp(prefix="pracownia-firefox-"))
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self._preferences.items()]
        (self._profile / "user.js").write_text("\n".join(lines))
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self._profile, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        shutil.rmtree(self._profile, ignore_errors=True)

    def start(self) -> None:
        """Start the browser; returns when it can be told what to do."""
        self._numbers = itertools.count(1)
        with contextlib.ExitStack() as until_it_works:
            process = Child(
                [program(), "--headless", "--no-remote", "--profile", self._profile, "--remote-debugging-port=0"],
                ready=r"WebDriver BiDi listening on (ws://\S+)",
                # Run as root, Firefox refuses a home folder that belongs to somebody else.
                env={"HOME": str(self._profile), "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1", **self._surroundings},
            )
            until_it_works.callback(process.stop)
            assert process.match is not None
            session = connect(f"{process.match[1]}/session", max_size=None, open_timeout=30)
            self._socket = until_it_works.enter_context(session)
            self.version: str = self.command("session.new", capabilities={})["capabilities"]["browserVersion"]
            self._ending = until_it_works.pop_all()

    def close(self) -> None:
        """End the browser; a push for it waits at the push service until `start`."""
        with contextlib.suppress(ScriptFailed, TimeoutError, ConnectionClosed):
            self.command("browser.close")  # as a person would, so that the profile is written to its end
        self._ending.close()

    def open(self, url: str) -> Tab:
        """A new tab with the page at `url` loaded in it."""
        tab = Tab(self, self.command("browsingContext.create", type="tab")["context"])
        tab.go(url)
        return tab

    def pages(self) -> dict[str, str]:
        """The pages that are open, by their tabs; not the browser's own start page, which keeps it running without any."""
        tabs = self.command("browsingContext.getTree")["contexts"]
        return {tab["context"]: tab["url"] for tab in tabs if tab["url"].startswith("http")}

    def wait_for_page(self, url: str, timeout: float = 20) -> None:
        """Return once a page is open at this address, opened by whatever; the driver is told of no tab that it did not open."""
        end = time.monotonic() + timeout
        while url not in (pages := self.pages().values()):
            if time.monotonic() > end:
                raise TimeoutError(f"{url} is not open, but {[*pages]}")
            time.sleep(0.02)

    def close_pages(self) -> None:
        """Close every page; the browser runs on, as it does for a person who has closed the portal."""
        for context in self.pages():
            self.command("browsingContext.close", context=context)

    def command(self, method: str, timeout: float = 40, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its result, or ScriptFailed."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:  # events come in between
            answer = json.loads(self._socket.recv(timeout=timeout))
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise ScriptFailed(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]


class Tab:
    def __init__(self, firefox: Firefox, context: str):
        self._firefox = firefox
        self._context = context

    def go(self, url: str) -> None:
        """Load `url` and wait until it is complete."""
        self._firefox.command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def close(self) -> None:
        self._firefox.command("browsingContext.close", context=self._context)

    def js(self, body: str, *values: Any) -> Any:
        """Run the body of an async function as if the person had just pressed something.

        `values` stand in `given[0]`, `given[1]` …; what it returns comes back as JSON would carry it.
        """
        given = json.dumps(values)
        expression = f"(async given => JSON.stringify(await (async () => {{ {body} }})() ?? null))({given})"
        result = self._firefox.command(
            "script.evaluate",
            expression=expression,
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if result["type"] == "exception":
            raise ScriptFailed(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def notifications(self, at_least: int = 1, timeout: float = 15) -> list[dict[str, Any]]:
        """What the page's service worker is showing now, once there are `at_least` so many: title, body, tag, lang, data.

        Firefox acknowledges a push before the worker has shown it and tells nobody when it has, so this asks again.
        """
        return self.eventually(
            """const registration = await navigator.serviceWorker.getRegistration();
               const shown = await registration.getNotifications();
               return shown.map(({title, body, tag, lang, data}) => ({title, body, tag, lang, data}));""",
            f"found.length >= {at_least}",
            timeout,
        )

    def eventually(self, body: str, condition: str, timeout: float = 15) -> Any:
        """What the body returns, once the condition on it (a script's expression about `found`) holds."""
        return self.js(
            f"""const end = performance.now() + given[0] * 1000;
                for (;;) {{
                  const found = await (async () => {{ {body} }})();
                  if ({condition}) return found;
                  if (performance.now() > end) throw new Error('not so: ' + JSON.stringify(found));
                  await new Promise(again => setTimeout(again, 20));
                }}""",
            timeout,
        )


def program() -> str:
    """Debian's Firefox ESR, or another one on the search path."""
    for name in ("firefox-esr", "firefox"):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("apt-get install -y --no-install-recommends firefox-esr")
