// Every page works without this file. It adds: the focus after a step, one press for one act, patience, and a word when the line is cut.
(() => {
  const SLOW = 10_000, WIPES_WITHIN = 2_000;
  const page = () => document.getElementById("page");
  const say = (text) => { document.getElementById("live").textContent = text; };
  const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
  const isStep = (ctx) => ctx.select === "#page" || (ctx.target && ctx.target.id === "page");
  // A part that asks again by itself: nobody pressed anything, so nothing is busy, announced or out of order.
  const isSilent = (ctx) => ctx?.sourceElement?.hasAttribute("data-in-silence");
  let current = null; // the request on its way

  function focusStart(root) {
    const start = root.querySelector("[data-focus]") || root.querySelector("h1");
    if (!start) return;
    if (!start.hasAttribute("tabindex")) start.setAttribute("tabindex", "-1");
    start.focus({ preventScroll: true });
    const { top, bottom } = start.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) start.scrollIntoView();
  }

  // One press for one act. The button is not disabled: that would lose the focus. The server's key holds the same promise without scripts.
  function busy(form, button) {
    form.setAttribute("aria-busy", "true");
    if (button?.tagName !== "BUTTON") return;
    button.before = [...button.childNodes];
    button.setAttribute("aria-busy", "true");
    button.replaceChildren(page().dataset.busy);
  }

  function free() {
    for (const element of document.querySelectorAll('[aria-busy="true"]')) {
      element.removeAttribute("aria-busy");
      if (Array.isArray(element.before)) element.replaceChildren(...element.before);
    }
    for (const note of document.querySelectorAll("[data-slow]")) note.remove();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (form.method === "post") {
      busy(form, event.submitter);
    }
  }, true);

  // A page that comes back from the browser's own store must not be busy still.
  // On a shared phone, or after signing out, nothing comes back from there at all.
  addEventListener("pageshow", (event) => {
    if (event.persisted && ("shared" in (page()?.dataset || {}) || document.cookie.includes("left="))) location.reload();
    else if (event.persisted) free();
  });

  // Signing out wipes this phone first, so that it holds without a network, too. The mark tells the server, whenever it is reached.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.getAttribute("action") !== "/sign-out") return;
    event.preventDefault();
    Promise.race([wipe().catch(() => null), new Promise((done) => setTimeout(done, WIPES_WITHIN))]).then(leave);
  });

  async function wipe() {
    const kept = "shared" in page().dataset ? "" : "; max-age=7776000";
    document.cookie = `left=1; path=/; samesite=lax${kept}${location.protocol === "https:" ? "; secure" : ""}`;
    for (const store of [() => sessionStorage, () => localStorage]) try { store().clear(); } catch { /* there is none */ }
    const registration = await navigator.serviceWorker?.getRegistration("/");
    registration?.active?.postMessage({ act: "stop" });
    await Promise.allSettled([
      registration?.pushManager?.getSubscription().then((one) => one?.unsubscribe()),
      registration?.getNotifications?.().then((all) => all.forEach((one) => one.close())),
      window.caches?.keys().then((names) => Promise.all(names.map((name) => caches.delete(name)))),
      new Promise((done) => { const gone = indexedDB.deleteDatabase("pracownia"); gone.onsuccess = gone.onerror = gone.onblocked = done; }),
      navigator.clearAppBadge?.(),
    ]);
    await registration?.unregister();
  }

  async function leave() {
    const answer = await fetch("/sign-out", { method: "POST", signal: AbortSignal.timeout(SLOW) }).catch(() => null);
    if (answer?.ok) return location.replace(answer.url);
    if (document.querySelector("[data-left]")) return null;
    const left = fromTemplate("when-left");
    if (!page().dataset.unsent) left.querySelector("[data-unsent]").remove();
    page().replaceChildren(left);
    document.title = [left.querySelector("h1").textContent, ...document.title.split(" – ").slice(-1)].join(" – ");
    history.replaceState(null, "", "/signed-out");
    focusStart(page());
    addEventListener("online", leave);
    return null;
  }

  // What only a phone that is somebody's own needs is fetched there alone, once, and told of each page.
  const tellMine = () => { if (page()?.dataset.mine) import(page().dataset.mine).then(({ shown }) => shown(), () => null); };
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // never by itself: the plan offers it, after the second visit
    window.installOffer = event;
  });

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (isSilent(ctx)) return;
    if (current) clearTimeout(current.timer);
    document.querySelector("[data-cut-off]")?.remove();
    document.getElementById("content")?.setAttribute("aria-busy", "true");
    current = { ctx, timer: setTimeout(() => tellSlow(ctx), SLOW) };
  });

  function tellSlow(ctx) {
    const note = fromTemplate("when-slow");
    note.dataset.slow = "";
    const button = ctx.request.submitter;
    if (button?.isConnected) button.after(note);
    else document.getElementById("content").prepend(note);
    say(note.textContent);
  }

  // Not a page of ours (a file, a printed sheet, an answer of a proxy) or a newer edition of our files: let the browser fetch it itself.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (isSilent(ctx) && (ctx.response.raw.redirected || ctx.response.status >= 400)) event.preventDefault();
    if (!isStep(ctx)) return;
    const assets = /\bdata-assets="([^"]*)"/.exec(ctx.text)?.[1];
    if (assets === page().dataset.assets) return;
    if (ctx.request.method === "GET" || (ctx.response.raw.redirected && ctx.response.status < 400)) {
      event.preventDefault();
      location.assign(ctx.response.raw.url || ctx.request.action);
    } else if (!assets) {
      event.preventDefault();
      tellCutOff();
    }
  });

  // A refused form keeps the address of its page, so that going back and loading again never asks to send it twice;
  // a step that ends where it began does not add the same address to the history.
  document.addEventListener("htmx:before:history:update", (event) => {
    const { history: step, response } = event.detail;
    const { pathname, search } = location;
    if (response && response.status >= 400 && response.raw.url !== location.href && !response.raw.redirected && current?.ctx.request.method !== "GET") event.preventDefault();
    else if (step.path === pathname + search) step.type = "replace";
  });

  document.addEventListener("htmx:finally:swap", ({ detail: { ctx } }) => {
    if (isStep(ctx)) {
      const root = /<html\b[^>]*>/i.exec(ctx.text || "");
      if (!root) return;
      const fresh = new DOMParser().parseFromString(root[0], "text/html").documentElement;
      for (const { name, value } of fresh.attributes) document.documentElement.setAttribute(name, value);
      say("");
      focusStart(page());
      showPrint();
      showListen();
      tellMine();
    } else {
      const part = ctx.target?.isConnected ? ctx.target : document.getElementById(ctx.target?.id);
      const words = part?.querySelector("[data-said]")?.dataset.said;
      if (part?.matches("[data-focus]")) (part.querySelector("input, a, button") || part).focus(); // more answers: on with the first new one
      else if (part?.querySelector("[data-focus]")) focusStart(part);
      else if (words) say(words);
    }
  });

  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (current?.ctx !== ctx) return;
    clearTimeout(current.timer);
    current = null;
    free();
  });

  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx?.request && !isSilent(ctx)) tellCutOff(); });

  // The line is cut: what was typed stays on the page, the box says what to do.
  function tellCutOff() {
    const box = fromTemplate("when-cut-off");
    box.dataset.cutOff = "";
    document.querySelector("[data-cut-off]")?.remove();
    document.getElementById("content").prepend(box);
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  }

  // Two presses in a row are one: where the first has put another page or part under the finger, the second is not for that.
  let pressed = null;
  document.addEventListener("click", (event) => {
    if (event.detail < 2) pressed = event.target;
    else if (pressed && !pressed.checkVisibility?.() && event.target.closest("a, button, label, summary")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // A link of an error box leads to a field, or to the first answer of a question.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
    const listen = event.target.closest("[data-listen]");
    if (listen) {
      speechSynthesis.speak(new SpeechSynthesisUtterance("")); // an iPhone lets a page speak only from within a press
      import(listen.dataset.listen).then(({ toggle }) => toggle(listen), tellCutOff);
    }
    const link = event.target.closest('.errors a[href^="#"]');
    const goal = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!goal) return;
    const field = goal.matches("input, select, textarea, button, a") ? goal : goal.querySelector("input, select, textarea");
    if (!field) return;
    event.preventDefault();
    goal.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  function showPrint() {
    for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
  }
  showPrint();
  showListen();
  tellMine();

  // Only where a voice for the language of the page lives in the phone itself: others are sent the words that they speak.
  function showListen() {
    const button = document.querySelector("[data-listen]");
    const isOurs = ({ lang, localService }) => localService && lang.slice(0, 2).toLowerCase() === document.documentElement.lang;
    if (button && window.speechSynthesis?.getVoices().some(isOurs)) button.hidden = false;
  }
  window.speechSynthesis?.addEventListener?.("voiceschanged", showListen);
})();
