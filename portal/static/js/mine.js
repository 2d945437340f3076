// A phone that is *mine*: the worker keeps the plan, what is pressed without a network waits to be sent, the icon carries a number.
// Loaded only there, by app.js, which calls `shown` for each page. Without a service worker nothing of it happens.
const worker = navigator.serviceWorker;
const KEPT = /^\/(plan|booked|here|next)(\/|$)/; // pages after which the copy may be out of date
const PATIENCE = 30_000;
const content = () => document.getElementById("content");
const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const registered = worker?.register("/sw.js", { scope: "/" }).catch(() => null);
const isInstalled = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

async function ask(act, about) {
  if (!(await registered)) throw new Error("no worker");
  const { active } = await worker.ready;
  return new Promise((done, fail) => {
    const { port1, port2 } = new MessageChannel();
    setTimeout(fail, PATIENCE, new Error("late")); // a worker that the phone has ended answers nobody
    port1.onmessage = ({ data }) => (data.isFailed ? fail(new Error(act)) : done(data.word));
    active.postMessage({ act, about }, [port2]);
  });
}

export async function shown() {
  told.clear();
  showWhatIsDue();
  offerToInstall();
  // A page that was on its way while the worker began would have none until it is left: no copy offline, no answer kept.
  if (worker && !worker.controller) await ask("claim").catch(() => null);
  await ask("send").catch(() => null);
  await showAnswers().catch(() => null);
  if (!KEPT.test(location.pathname)) return;
  const word = await ask("keep").catch(() => null);
  if (!word) return;
  if (word.waiting) navigator.setAppBadge?.(word.waiting).catch(() => null);
  else navigator.clearAppBadge?.().catch(() => null);
  if (word.assets !== document.getElementById("page").dataset.assets && !document.querySelector("[data-new]")) content().append(fromTemplate("when-new"));
}

// The kept page does not know when it is read: what works only at its time waits in it as a template.
function showWhatIsDue() {
  const copy = document.querySelector("[data-kept-at]");
  const now = copy ? Date.parse(copy.dataset.now) + Date.now() - copy.dataset.keptAt : Date.now();
  for (const part of document.querySelectorAll("template[data-from]")) {
    const [from, until] = [part.dataset.from, part.dataset.until].map(Date.parse);
    if (from <= now && now < until) part.replaceWith(part.content);
  }
  window.htmx?.process(content());
}

function note(id, one) {
  const made = fromTemplate(id);
  for (const part of made.querySelectorAll("[data-why]")) if (!part.dataset.why.split(" ").includes(one.why)) part.remove();
  if (id === "answer-kept" && "SyncManager" in window) made.querySelector("[data-by-hand]").remove();
  made.querySelector("[data-about]").textContent = `${one.words} – ${one.about}`;
  for (const link of made.querySelectorAll("[data-booking]")) link.href = `/booked/${one.number}`;
  made.dataset.number = one.number;
  return made;
}

const told = new Map(); // what this page has shown as noted: the store has forgotten it by then
async function showAnswers() {
  const place = document.querySelector("[data-answers]");
  const list = await ask("list");
  document.getElementById("page").dataset.unsent = list.some(({ why, noted }) => !why && !noted) ? "yes" : "";
  if (!place) return null;
  for (const one of list) {
    if (one.noted) told.set(one.number, one);
    else told.delete(one.number);
  }
  const open = list.filter(({ noted }) => !noted).map((one) => note(one.why ? "answer-late" : "answer-kept", one));
  place.replaceChildren(...open, ...[...told.values()].map((one) => note("answer-noted", one)));
  await Promise.all([...told.keys()].map((number) => ask("seen", number)));
  window.htmx?.process(place);
  return place;
}

async function keepAnswer(form) {
  const data = new FormData(form);
  const button = form.querySelector("button");
  const words = (Array.isArray(button.before) ? button.before : [button]).map(({ textContent }) => textContent).join("").trim(); // not "Wysyłamy…"
  await ask("answer", { number: form.dataset.later, about: form.dataset.about, words, said: data.get("said"), version: data.get("version"), key: crypto.randomUUID() });
  const place = await showAnswers();
  const heading = place?.querySelector(`[data-number="${form.dataset.later}"] h2`);
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

// Before app.js hears of it: an answer that did not reach the server is kept. One that cannot be kept is a line that is cut.
document.addEventListener("htmx:error", (event) => {
  const { ctx, isTold } = event.detail;
  const form = ctx?.sourceElement;
  if (isTold || !form?.dataset?.later || ctx.response || !worker?.controller) return;
  event.stopImmediatePropagation();
  keepAnswer(form).catch(() => document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx, isTold: true } })));
}, true);

worker?.addEventListener("message", async ({ data }) => {
  if (!data.about) return;
  const place = await showAnswers().catch(() => null);
  const heading = place?.querySelector(`[data-number="${data.about}"] h2`);
  if (heading) document.getElementById("live").textContent = heading.textContent;
});

document.addEventListener("click", async (event) => {
  const seen = event.target.closest("[data-seen]")?.closest("[data-number]");
  if (seen) {
    await ask("seen", seen.dataset.number).catch(() => null);
    seen.remove();
    (document.querySelector("h1") || content()).focus();
  }
});

// Where there is no Background Sync, and where it is late.
const again = () => document.visibilityState === "visible" && ask("send").catch(() => null);
addEventListener("online", again);
document.addEventListener("visibilitychange", again);

function offerToInstall() {
  const offer = document.querySelector("[data-install]");
  if (offer && isInstalled()) offer.remove();
}
document.addEventListener("click", async (event) => {
  const waiting = window.installOffer;
  if (!waiting || !event.target.closest("[data-install-now]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.installOffer = null;
  waiting.prompt();
  const { outcome } = await waiting.userChoice;
  if (outcome === "accepted") document.querySelector("[data-install]")?.remove();
}, true);
