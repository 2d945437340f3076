// What a phone that is *mine* keeps for a time without a network: one page of the plan, help, and answers that wait to be sent.
// Served at the end of sw.js. Nothing is kept until a page of a signed-in person asks for it, and signing out ends it.
const STORE = "pracownia", PLAN = "/plan/offline";
const PATIENCE_WITH_A_PAGE = 5_000; // then the copy is shown, although the network may still answer
let isOver = false; // signed out: what is on its way into the store must not arrive there

const isPlan = (path) => /^\/($|(plan|next|here|booked)(\/|$))/.test(path);
const forget = () => caches.delete(STORE);
const kept = (path) => caches.match(path, { cacheName: STORE, ignoreSearch: true });

// The page says itself which files it needs; help and "this needs the internet" are fetched again when language or look change.
async function keep() {
  const answer = await fetch(PLAN, { cache: "no-store" });
  if (answer.redirected || answer.status === 403) await forget(); // somebody is not signed in here any more
  if (answer.redirected || !answer.ok) throw new Error(answer.status);
  const text = await answer.text();
  const as = `?kept=${answer.headers.get("Kept-As")}`;
  const wanted = new Set([`/help${as}`, `/offline${as}`, ...text.match(/\/static\/[\w./-]+/g)]);
  const store = await caches.open(STORE);
  const had = (await store.keys()).map(({ url }) => url.slice(self.location.origin.length));
  for (const one of wanted) if (!had.includes(one)) await store.add(one);
  const dated = text.replace('data-kept-at=""', `data-kept-at="${Date.now()}"`); // by the phone's own clock, which may be wrong
  await store.put(PLAN, new Response(dated, { headers: answer.headers }));
  for (const one of had) if (one !== PLAN && !wanted.has(one)) await store.delete(one);
  if (isOver) await forget();
  return { waiting: Number(answer.headers.get("Waiting")), assets: /\bdata-assets="([^"]*)"/.exec(text)[1] };
}

const late = (time) => new Promise((_done, fail) => setTimeout(fail, time, new Error("late")));

// The network first, always. The copy of the plan also when the network keeps somebody waiting.
async function page(request, path) {
  const network = fetch(request);
  network.catch(() => null);
  try {
    const answer = await (isPlan(path) ? Promise.race([network, late(PATIENCE_WITH_A_PAGE)]) : network);
    if (path === "/plan" && (answer.type === "opaqueredirect" || answer.redirected)) await forget();
    return isPlan(path) ? await withAnswers(answer) : answer;
  } catch {
    const copy = await kept(isPlan(path) ? PLAN : path === "/help" ? path : "/offline");
    return copy && isPlan(path) ? dressed(copy, await open()) : copy || network;
  }
}

// What a page would show as soon as its script runs stands in it from the start, so that nothing in it moves then: what is due by
// now, and what became of answers.
const open = () => answers("readonly", (store) => store.getAll()).catch(() => []);
const plain = (words) => words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

async function dressed(page, list) {
  const text = await page.text();
  const [, now, since] = /data-now="([^"]*)" data-kept-at="(\d+)"/.exec(text) || [];
  const time = Date.parse(now) + Date.now() - since;
  const due = text.replace(/<template data-from="([^"]*)" data-until="([^"]*)">(.*?)<\/template>/gs,
    (whole, from, until, part) => (Date.parse(from) <= time && time < Date.parse(until) ? part : whole));
  const notes = [...list.filter(({ noted }) => !noted), ...list.filter(({ noted }) => noted)].map((one) => note(text, one)).join("");
  return new Response(due.replace("<div data-answers></div>", () => `<div data-answers>${notes}</div>`), { headers: page.headers });
}

function note(text, { number, words, about, why, noted }) {
  const [, made] = new RegExp(`<template id="answer-${noted ? "noted" : why ? "late" : "kept"}">(.*?)</template>`, "s").exec(text) || ["", ""];
  return made.replace("<section", () => `<section data-number="${plain(number)}"`)
    .replace("<p data-about></p>", () => `<p data-about>${plain(`${words} – ${about}`)}</p>`)
    .replace('data-booking href="/plan"', () => `data-booking href="/booked/${plain(number)}"`)
    .replace(/<p data-why="([^"]*)">.*?<\/p>/gs, (whole, reasons) => (reasons.split(" ").includes(why) ? whole : ""))
    .replace(/<p data-by-hand>.*?<\/p>/s, (whole) => (self.registration.sync ? "" : whole));
}

// Nearly always nothing waits, and the page goes on as it comes.
async function withAnswers(answer) {
  const isPage = answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.startsWith("text/html");
  if (!isPage || !(await open()).length) return answer;
  await Promise.race([send(), late(PATIENCE_WITH_A_PAGE)]).catch(() => null);
  return dressed(answer, await open());
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const isStep = request.headers.has("HX-Request") && request.headers.get("HX-Request-Type") !== "partial";
  if (pathname.startsWith("/static/")) event.respondWith(kept(pathname).then((copy) => copy || fetch(request)));
  else if (request.mode === "navigate" || isStep) event.respondWith(page(request, pathname));
});

// Answers: one a booking, the last one pressed, with a key of its own.
const answers = (mode, act) =>
  new Promise((done, fail) => {
    const opening = indexedDB.open(STORE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("answers", { keyPath: "number" });
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const work = opening.result.transaction("answers", mode);
      const asked = act(work.objectStore("answers"));
      const end = (tell, word) => { opening.result.close(); tell(word); };
      work.oncomplete = () => end(done, asked.result);
      work.onabort = () => end(fail, work.error);
    };
  });

// Whatever was pressed meanwhile about the same booking is another answer, and stays.
const settle = (one, change) =>
  answers("readwrite", (store) => {
    const asked = store.get(one.number);
    asked.onsuccess = () => asked.result?.key === one.key && (change ? store.put({ ...one, ...change }) : store.delete(one.number));
    return asked;
  });

async function tell(word) {
  for (const one of await self.clients.matchAll({ type: "window" })) one.postMessage(word);
}

// Only the server's own word counts. A sign-in page, a hotel's page or no answer leaves it where it is, for the next time.
async function sendOne(one) {
  const { said, version, key } = one;
  const answer = await fetch(`/booked/${one.number}/later`, {
    method: "POST", body: new URLSearchParams({ said, version, key }), headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.status === 404) return settle(one); // not a booking of whoever is signed in here now
  const word = answer.redirected ? null : await answer.json().catch(() => null);
  if (answer.ok && word?.noted === true) {
    await settle(one, { noted: true }); // until a page has shown it
    await tell({ about: one.number });
  } else if (answer.status === 409 && word?.noted === false) {
    await settle(one, { why: word.why });
    await tell({ about: one.number });
  } else {
    throw new Error(answer.status);
  }
}

async function sendAll() {
  const waiting = (await answers("readonly", (store) => store.getAll())).filter(({ why, noted }) => !why && !noted);
  const ends = await Promise.allSettled(waiting.map(sendOne));
  if (ends.some(({ status }) => status === "rejected")) throw new Error("not all");
}

// One round at a time. Who asks meanwhile gets a round of its own: the one under way may have begun before the network was back.
let rounds = Promise.resolve();
const send = () => (rounds = rounds.catch(() => null).then(sendAll));
self.addEventListener("sync", (event) => { if (event.tag === "answers") event.waitUntil(send()); });

const ACTS = {
  claim: () => self.clients.claim(),
  keep,
  send,
  list: () => answers("readonly", (store) => store.getAll()),
  answer: async (one) => {
    if (isOver) throw new Error("signed out");
    await answers("readwrite", (store) => store.put(one));
    await self.registration.sync?.register("answers").catch(() => null);
  },
  seen: (number) => answers("readwrite", (store) => {
    const asked = store.get(number);
    asked.onsuccess = () => (asked.result?.why || asked.result?.noted) && store.delete(number); // not one that was pressed meanwhile
    return asked;
  }),
  stop: () => { isOver = true; },
};
self.addEventListener("message", (event) => {
  const { act, about } = event.data || {};
  const [port] = event.ports;
  const done = Promise.resolve(about).then(ACTS[act]);
  event.waitUntil(done.then((word) => port?.postMessage({ word }), () => port?.postMessage({ isFailed: true })));
});
