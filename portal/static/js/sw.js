// The part of the portal that wakes up for a push message. What a phone keeps is in keep.js, which is served after this.
const NEUTRAL = { title: "Pracownia", body: "Masz nową wiadomość w swoim planie.", lang: "pl", url: "/plan" };
const PATIENCE = 20_000; // a browser ends a worker that waits much longer, and then nobody hears anything

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(data) {
  try {
    return { ...NEUTRAL, ...(data ? data.json() : {}) };
  } catch {
    return NEUTRAL;
  }
}

// Whatever a message says, only addresses of ours are asked or opened.
function ours(path) {
  try {
    const { href } = new URL(path, self.location.origin);
    return href.startsWith(`${self.location.origin}/`) ? href : null;
  } catch {
    return null;
  }
}

// The token in the address is the right to it. So no cookie is sent: it could be somebody else's who uses this phone too.
const post = (path, fields) =>
  fetch(path, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" }, credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });

// A push that shows nothing makes the browser show words of its own, or take the permission away: so always show something.
self.addEventListener("push", (event) => {
  const { title, body, tag, lang, icon, url, seen, actions } = read(event.data);
  const data = { url, icon, actions: actions || [] };
  const shown = self.registration.showNotification(title, { body, tag, lang, icon, actions: data.actions, data });
  const receipt = seen && ours(seen);
  event.waitUntil(shown.then(() => receipt && post(receipt).catch(() => null)));
});

async function openPage(path) {
  const address = ours(path || NEUTRAL.url);
  if (!address) return null;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((one) => one.url === address);
  return open ? open.focus() : self.clients.openWindow(address);
}

// An answer without a page. Only the server's own word counts: a page of a hotel's network or of a proxy is a "200" too.
async function isNoted({ post: path, fields }) {
  const address = ours(path);
  if (!address) return false;
  try {
    const answer = await post(address, fields);
    return answer.ok && (await answer.json()).noted === true;
  } catch {
    return false;
  }
}

async function answer(action, { tag, lang, data }) {
  const noted = await isNoted(action);
  const { title, body } = { ...NEUTRAL, ...(noted ? action.done : action.failed) };
  await self.registration.showNotification(title, { body, tag, lang, icon: data.icon, silent: noted, data: { url: data.url } });
}

self.addEventListener("notificationclick", (event) => {
  const { notification } = event;
  notification.close();
  const { url, actions } = notification.data || {};
  const chosen = (actions || []).find((action) => action.action === event.action);
  event.waitUntil(chosen?.post ? answer(chosen, notification) : openPage(chosen?.url || url));
});

// The push service gave this phone a new address. The server hears both, so that it need not be asked who we are.
self.addEventListener("pushsubscriptionchange", (event) => {
  const old = event.oldSubscription;
  if (!old) return;
  const renew = event.newSubscription ? Promise.resolve(event.newSubscription) : self.registration.pushManager.subscribe(old.options);
  event.waitUntil(
    renew.then((fresh) => {
      const { endpoint, keys } = fresh.toJSON();
      const form = new URLSearchParams({ old_endpoint: old.endpoint, endpoint, p256dh: keys.p256dh, auth: keys.auth });
      return fetch("/reminders/phone/renew", { method: "POST", body: form, credentials: "same-origin" });
    }),
  );
});
