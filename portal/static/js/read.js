// Reads the page aloud, one sentence after another, and marks the one that is being read. Fetched when "Posłuchaj" is pressed.
// A sentence is an utterance of its own: phones cut long ones off. Nothing in the page is changed by the mark.
const UNREAD = "[hidden], .hidden, [aria-hidden=true]:not(.day), details:not([open]) > :not(summary), .way, .listen, select, textarea, template, noscript, video";
const NO_END = /(?:^|[\s(])(?:ul|al|os|pl|godz|tel|nr|np|im|św|r|вул|тел|год|буд)\.\s*$/i;
const LONGEST = 160, LOOKS_EVERY = 1_000, MOST_FAILURES = 3;
const engine = window.speechSynthesis;
const language = (tag) => tag.toLowerCase().split(/[-_]/)[0];
let run = null;

// Only voices that live in the phone: others are sent the words to be spoken.
function voiceFor(tag) {
  const own = engine.getVoices().filter(({ lang, localService }) => localService && language(lang) === language(tag));
  return own.find((one) => one.default) || own[0];
}

// The element that makes a line of its own. A day of the calendar is one, though it is drawn as three.
function lineOf(element) {
  for (let one = element; ; one = one.parentElement) if (getComputedStyle(one).display !== "inline") return one.closest(".day") || one;
}

function lines(main) {
  const found = [], walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const range = document.createRange();
  let isNew = true;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.localName === "br") isNew = true;
    if (node.nodeType !== Node.TEXT_NODE || !node.data.trim() || node.parentElement.closest(UNREAD)) continue;
    range.selectNodeContents(node);
    if (!range.getClientRects().length) continue;
    const element = lineOf(node.parentElement), { lang } = node.parentElement.closest("[lang]");
    let last = found.at(-1);
    if (isNew || last?.element !== element || last.lang !== lang) found.push(last = { element, lang, text: "", nodes: [] });
    else if (element.matches(".day")) last.text += " ";
    last.nodes.push({ node, at: last.text.length });
    last.text += node.data.replace(/\s/g, " ");
    isNew = false;
  }
  return found;
}

function* cut(text, from) {
  while (text.length > LONGEST) {
    const head = text.slice(0, LONGEST), end = Math.max(...[", ", "; ", ": ", " – "].map((sign) => head.lastIndexOf(sign))) + 2;
    const at = end > LONGEST / 3 ? end : head.lastIndexOf(" ") + 1 || LONGEST;
    yield [text.slice(0, at), from];
    [text, from] = [text.slice(at), from + at];
  }
  if (/[\p{L}\p{N}]/u.test(text)) yield [text, from];
}

function* sentences({ element, lang, text, nodes }) {
  const pieces = window.Intl?.Segmenter
    ? [...new Intl.Segmenter(lang, { granularity: "sentence" }).segment(text)].map(({ segment }) => segment)
    : text.match(/[^.?!…]+[.?!…]*\s*/g) || [];
  for (let at = 0, said = ""; pieces.length; ) {
    said += pieces.shift();
    if (pieces.length && NO_END.test(said)) continue;
    for (const [words, from] of cut(said, at)) yield { element, lang, nodes, words: words.trim(), from: from + words.search(/\S/), to: from + words.trimEnd().length };
    at += said.length;
    said = "";
  }
}

function rangeOf({ nodes, from, to }) {
  const range = document.createRange();
  const place = (at) => nodes.findLast((one) => one.at <= at);
  const first = place(from), last = place(to - 1);
  range.setStart(first.node, Math.min(from - first.at, first.node.length));
  range.setEnd(last.node, Math.min(to - last.at, last.node.length));
  return range;
}

function mark(one) {
  unmark();
  const range = rangeOf(one);
  if (window.Highlight && CSS.highlights) CSS.highlights.set("read-now", new Highlight(range));
  else (run.marked = one.element).setAttribute("data-read-now", "");
  // It follows as long as the reader does: who has scrolled away is left there.
  const isSeen = (box) => box.top >= 0 && box.bottom <= innerHeight - 80;
  const isFollowed = !run.range || isSeen(run.range.getBoundingClientRect());
  if (isFollowed && !isSeen(range.getBoundingClientRect())) one.element.scrollIntoView({ block: "center" });
  run.range = range;
}

function unmark() {
  CSS.highlights?.delete("read-now");
  run.marked?.removeAttribute("data-read-now");
}

function next() {
  const one = run.list.shift();
  if (!one?.element.isConnected) return stop();
  mark(one);
  const said = new SpeechSynthesisUtterance(one.words);
  said.voice = voiceFor(one.lang);
  said.lang = said.voice.lang;
  run.said = said; // held here, else the browser may forget it before it ends
  run.idle = 0;
  said.onend = said.onerror = ({ type }) => {
    if (run?.said !== said) return;
    run.failures = type === "error" ? run.failures + 1 : 0;
    if (run.failures < MOST_FAILURES) next();
    else stop();
  };
  engine.speak(said);
}

// A phone may fall silent without a word: twice nothing in a row, and the next sentence is begun.
function look() {
  run.idle = engine.speaking || engine.pending ? 0 : run.idle + 1;
  if (run.idle > 1) next();
}

function start(button) {
  const list = lines(document.getElementById("content")).filter(({ lang }) => voiceFor(lang)).flatMap((one) => [...sentences(one)]);
  const ends = new AbortController(), { signal } = ends;
  run = { button, list, ends, failures: 0, idle: 0, timer: setInterval(look, LOOKS_EVERY) };
  addEventListener("keydown", ({ key }) => key === "Escape" && stop(), { signal });
  addEventListener("pagehide", stop, { signal });
  document.addEventListener("htmx:before:swap", stop, { signal });
  tell(true);
  next();
}

function tell(isReading) {
  run.button.setAttribute("aria-pressed", isReading);
  run.button.nextElementSibling.hidden = !isReading;
}

function stop() {
  unmark();
  tell(false);
  clearInterval(run.timer);
  run.ends.abort();
  run = null;
  engine.cancel();
}

export const toggle = (button) => (run ? stop() : start(button));
