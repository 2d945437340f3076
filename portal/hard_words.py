"""Hard words are explained where a page first says them. Words, their forms and what they mean: `components/glossary.html`.

What a page says comes from templates, from the register and from plans that staff write, so the place is found in the
page as it is drawn, not in its template.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from flask import Flask, current_app
from markupsafe import Markup

from portal import lines

TOKEN = re.compile(r"<!--.*?-->|<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^>]*)>", re.S)
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What nobody sees, and where nothing can stand beside a word.
UNSEEN = {"template", "noscript", "script", "select", "textarea", "svg", "video"}
LINES = {"p", "h1", "h2", "h3", "h4", "legend", "label"}  # hold nothing but words: the explanation follows them
INSIDE = {"li", "dd", "dt", "td", "th", "div", "section", "figcaption", "fieldset"}  # the explanation is their last child
CARD_OF = re.compile(r'class="when"')  # day, hour, who and where, so narrow and so often read that nothing comes between
STEPS = re.compile(r'class="thread"')  # of a plan: how far a step is stands right below its name
IN_LINE = re.compile(r'class="[^"]*\bchoice\b')
HIDDEN = re.compile(r'\shidden(?=[\s>/]|$)|class="[^"]*\bhidden\b')
GIVEN = re.compile(r'data-word="([\w-]+)"')


@dataclass
class Open:
    """An element that is not closed yet, and the words that it waits to explain."""

    name: str
    rest: str
    words: list[str]

    @property
    def is_unseen(self) -> bool:
        return self.name in UNSEEN or HIDDEN.search(self.rest) is not None

    @property
    def is_answer(self) -> bool:
        """An answer to choose: its words are one label, in which nothing can be opened."""
        return self.name == "label" and IN_LINE.search(self.rest) is not None


@lru_cache(maxsize=16)
def _shapes(said: str) -> dict[str, list[str]]:
    """The forms of each word, by its code, from what the template says of them."""
    rows = (line.partition(": ") for line in lines.in_one(said).split("\n"))
    return {code: [shape.strip() for shape in shapes.split(",")] for code, _, shapes in rows if shapes}


@lru_cache(maxsize=256)
def forms(said: str, among: tuple[str, ...] = ()) -> tuple[tuple[str, ...], re.Pattern]:
    """The codes of all words, or of those `among`, and one pattern for them: the number of its group is the code's place."""
    codes = among or tuple(_shapes(said))
    each = "|".join(f"({'|'.join(map(_pattern, _shapes(said)[code]))})" for code in codes)
    return codes, re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.I)


def _pattern(shape: str) -> str:
    return re.escape(shape).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")


def _beginning(shape: str) -> str:
    return re.split(r"[* ]", shape)[0].lower()


def explained(html: str) -> str:
    """The same page with each hard word explained once, after the line in which it first stands."""
    glossary = current_app.jinja_env.get_template("components/glossary.html").module
    said, low = str(glossary.forms()), html.lower()
    # A pattern of all words takes longer than the rest of the page; most pages hold few of them or none.
    among = tuple(code for code, shapes in _shapes(said).items() if any(_beginning(shape) in low for shape in shapes))
    if not among:
        return html
    codes, pattern = forms(said, among)
    known = set(GIVEN.findall(html))  # what a template explains by itself
    drawn, stack, unseen, last = [], [Open("main", "", [])], 0, 0

    def close(one: Open) -> str:
        return "".join(str(glossary.explain(code, is_line=one.name == "span")) for code in one.words)

    for token in (*TOKEN.finditer(html), None):
        text = html[last : token.start() if token else len(html)]
        if text and not unseen:
            for match in pattern.finditer(text):
                code = codes[match.lastindex - 1]
                if code not in known and (place := _place(stack)):
                    known.add(code)
                    place.words.append(code)
        drawn.append(text)
        if token is None:
            break
        last = token.end()
        if token["name"] is None or token["name"] in VOID or token["rest"].endswith("/"):
            drawn.append(token[0])
        elif not token["end"]:
            one = Open(token["name"], token["rest"], [])
            stack.append(one)
            unseen += one.is_unseen
            drawn.append(token[0])
        else:
            one = stack.pop() if len(stack) > 1 else Open(token["name"], "", [])
            unseen -= one.is_unseen
            drawn += [close(one), token[0]] if one.name in INSIDE | {"span"} else [token[0], close(one)]
    return "".join([*drawn, close(stack[0])])


def _place(stack: list[Open]) -> Open | None:
    """The element that an explanation can end or follow. What a card says of a session, the end of that card explains: what is
    to be pressed there is to be seen at first sight. What a step of a plan is called, the end of that step."""
    if card := next((above for above, one in pairwise(stack) if CARD_OF.search(one.rest)), None):
        return card
    if step := next((one for above, one in pairwise(stack) if STEPS.search(above.rest)), None):
        return step
    for above, one in zip([None, *stack], stack, strict=False):
        if above and above.is_answer:  # its words stand in one span
            return one if one.name == "span" else None
        if one.name == "summary":
            return above
        if one.name in LINES and not one.is_answer:
            return one
    return next((one for one in reversed(stack) if one.name in INSIDE or one.name == "form"), stack[0])


def init(app: Flask) -> None:
    @app.template_filter("explained")
    def explain(html, is_wanted: bool = True) -> Markup:
        return Markup(explained(str(html)) if is_wanted else html)
