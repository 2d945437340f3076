// The part of the portal that wakes up for a push message. It keeps no page and answers no request from a store.
const NEUTRAL = { title: "Pracownia", body: "Masz nową wiadomość w swoim planie.", lang: "pl", url: "/plan" };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(data) {
  try {
    return { ...NEUTRAL, ...(data ? data.json() : {}) };
  } catch {
    return NEUTRAL;
  }
}

// A push that shows nothing makes the browser show words of its own, or take the permission away: so always show something.
self.addEventListener("push", (event) => {
  const { title, body, tag, lang, icon, url, actions } = read(event.data);
  event.waitUntil(
    self.registration.showNotification(title, { body, tag, lang, icon, actions: actions || [], data: { url, actions } }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, actions } = event.notification.data || {};
  const chosen = (actions || []).find((action) => action.action === event.action);
  const address = new URL((chosen && chosen.url) || url || NEUTRAL.url, self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
      const open = windows.find((one) => one.url === address.href);
      return open ? open.focus() : self.clients.openWindow(address.href);
    }),
  );
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
