// Turns on the messages of this phone. The page has a section for each state, hidden; this file shows the one that is true.
(() => {
  const root = document.querySelector("[data-push]");
  if (!root || root.dataset.pushSeen) return;
  root.dataset.pushSeen = "yes";
  const form = root.matches("form") ? root : root.querySelector("form");
  const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  const isApple = /iphone|ipad|ipod/i.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

  function show(state) {
    for (const section of document.querySelectorAll("[data-push-state]")) {
      section.hidden = !section.dataset.pushState.split("|").includes(state);
    }
  }

  // The button that was pressed is gone with its section: the focus goes on to what is said instead.
  function tell(state) {
    show(state);
    const section = root.querySelector("[data-push-state]:not([hidden])");
    if (!section || section.contains(document.activeElement)) return;
    section.tabIndex = -1;
    section.focus();
  }

  async function state() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return isApple && !isInstalled ? "ios" : "unsupported";
    if (Notification.permission === "denied") return "denied";
    // The browser may hold a subscription that we were told to forget, or another person's: the server knows whose it is.
    if (!root.dataset.on || Notification.permission !== "granted") return "ready";
    const registration = await navigator.serviceWorker.getRegistration("/");
    return (await registration?.pushManager?.getSubscription()) ? "on" : "ready";
  }

  function bytes(key) {
    const text = atob(key.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (key.length % 4)) % 4));
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  }

  // A subscription made with another key of the server is dead to us: it is given up before a new one is taken.
  async function subscribe() {
    const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: bytes(root.dataset.key) };
    try {
      return await registration.pushManager.subscribe(options);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      return registration.pushManager.subscribe(options);
    }
  }

  async function turnOn() {
    if ((await Notification.requestPermission()) !== "granted") return tell(Notification.permission === "denied" ? "denied" : "ready");
    try {
      const { endpoint, keys } = (await subscribe()).toJSON();
      const values = { endpoint, p256dh: keys.p256dh, auth: keys.auth };
      for (const [name, value] of Object.entries(values)) form.elements.namedItem(name).value = value;
      if (root.dataset.subscribeUrl) form.action = root.dataset.subscribeUrl;
      form.submit(); // a plain post: the answer is a page like any other
    } catch {
      tell("failed");
      if (!document.querySelector('[data-push-state~="failed"]:not([hidden])')) tell("unsupported");
    }
  }

  root.addEventListener("click", (event) => {
    if (!event.target.closest("[data-push-start]")) return;
    event.preventDefault();
    turnOn();
  });
  state().then(show, () => show("unsupported"));
})();
