"""A phone of one's own as its worker sees it: cut off and back again, what it keeps, and what is left when somebody has gone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from e2e.page_watch import watch_of
from e2e.pages import Walk

CUT = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "ERR_FAILED")

KEPT = """async () => {
  const names = await caches.keys()
  const paths = []
  for (const name of names) for (const {url} of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname)
  return paths
}"""
ANSWERS = """() => new Promise((done, fail) => {
  const opening = indexedDB.open('pracownia')
  opening.onerror = () => fail(opening.error)
  opening.onsuccess = () => {
    const db = opening.result
    if (!db.objectStoreNames.contains('answers')) { db.close(); return done([]) }
    const asked = db.transaction('answers').objectStore('answers').getAll()
    asked.onsuccess = () => { db.close(); done(asked.result) }
  }
})"""
TRACES = """async () => {
  const registration = await navigator.serviceWorker.getRegistration('/')
  return {
    caches: await caches.keys(), databases: (await indexedDB.databases()).map(({name}) => name),
    session: {...sessionStorage}, local: {...localStorage},
    worker: registration ? registration.active?.scriptURL : null,
    notifications: registration ? (await registration.getNotifications()).length : 0,
  }
}"""
NOTHING = {"caches": [], "databases": [], "session": {}, "local": {}, "worker": None, "notifications": 0}
UNTIL_KEPT = """async within => {
  const isKept = async () => navigator.serviceWorker.controller && await caches.match('/plan/offline')
  for (const end = Date.now() + within; !await isKept(); await new Promise(again => setTimeout(again, 20)))
    if (Date.now() > end) throw new Error('the worker has not kept the plan')
}"""
DEAF = "addEventListener('online', event => event.stopImmediatePropagation(), true)"
NO_SYNC = "delete window.SyncManager"


class Phone:
    """A `Walk` whose phone can be cut off. `sync=False`: a browser that knows no Background Sync; `deaf`: nor tells when it is online."""

    def __init__(self, walk: Walk, *, sync: bool = True, deaf: bool = False):
        self.walk, self.page = walk, walk.page
        for is_so, script in ((not sync, NO_SYNC), (deaf, DEAF)):
            if is_so:
                self.page.add_init_script(script)
                self.page.reload()

    def until_kept(self) -> None:
        """The worker has taken the page over and has kept what it keeps."""
        self.page.evaluate(UNTIL_KEPT, 15_000)  # wait_for_function does not await a promise

    def cut_off(self) -> None:
        self.page.context.set_offline(True)

    def press_unsent(self, button: str) -> None:
        """A button whose answer cannot leave the phone; the words that it is kept get the focus."""
        self.page.locator("main").get_by_role("button", name=button).first.click()
        expect(self.page.locator("[data-answers] .notice h2:focus")).to_have_count(1)

    def hears_of_the_cut(self) -> None:
        """The browser complained that it could not load something, and of nothing else."""
        heard = watch_of(self.page).take()
        assert all(any(word in line for word in CUT) for line in heard), heard

    def kept(self) -> list[str]:
        """The paths that lie in the phone's stores."""
        return self.page.evaluate(KEPT)

    def kept_answers(self) -> list[dict[str, Any]]:
        return self.page.evaluate(ANSWERS)

    def traces(self) -> dict[str, Any]:
        """Everything that a later reader of this phone could find in its stores."""
        return self.page.evaluate(TRACES)

    def dispatch_sync(self) -> None:
        """What the browser does by itself when the network is back; Chromium under automation waits for long."""
        devtools = self.page.context.new_cdp_session(self.page)
        found: list[str] = []
        devtools.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(
            one["registrationId"] for one in said["registrations"] if not one["isDeleted"]))  # fmt: skip
        devtools.send("ServiceWorker.enable")
        for _ in range(200):
            if found:
                break
            self.page.wait_for_timeout(20)  # lets what the browser has said come in
        origin = self.page.evaluate("location.origin")
        about = {"origin": origin, "registrationId": found[-1], "tag": "answers", "lastChance": False}
        devtools.send("ServiceWorker.dispatchSyncEvent", about)
        devtools.detach()
