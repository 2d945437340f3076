"""Hard words: each one that a participant's page says is explained there once, in place, in words of the page's language."""

import re
import tomllib

import pytest
from html5lib import parse

from portal import hard_words, i18n
from services import plans
from tests.portal.test_access_matrix import KIND_OF, ask, rules
from tests.portal.world import build
from tests.rules.house import TOP

FRAME = tomllib.loads((TOP / "services" / "frame.toml").read_text("utf-8"))
UNSEEN = {"template", "noscript", "select", "textarea", "svg", "video", "script"}
# Nothing but words may stand in these, so no explanation that is opened.
LINES = {"p", "h1", "h2", "h3", "h4", "legend", "label", "button", "a"}
OURS = ("everybody", "participants", "marias", "booking")  # kinds of routes that are there for participants
# For who tries the demo, or for a printer.
NO_PAGES = ("gallery.", "mailbox.", "papers.")


@pytest.fixture
def glossary(app):
    """What the template says: (code -> a form of the word in full, pattern that knows all forms), in Polish."""
    with app.test_request_context():
        module = app.jinja_env.get_template("components/glossary.html").module
        codes, pattern = hard_words.forms(str(module.forms()))
        said = str(module.forms())
        yield module, codes, pattern, dict(line.split(": ") for line in said.split("\n") if line)


def main_of(page: str):
    return next(one for one in parse(page, namespaceHTMLElements=False).iter("main"))


def is_unseen(one) -> bool:
    return one.tag in UNSEEN or "hidden" in one.attrib or "hidden" in one.attrib.get("class", "").split()


def walk(one, above=()):
    """(text, the elements around it) of everything that eyes can meet, explanations left out."""
    if not isinstance(one.tag, str) or is_unseen(one):
        return
    around = (*above, one)
    if "data-word" not in one.attrib:
        yield one.text or "", around
        for child in one:
            yield from walk(child, around)
            yield child.tail or "", around


def said_in(main, codes, pattern) -> set[str]:
    return {codes[match.lastindex - 1] for text, _ in walk(main) for match in pattern.finditer(text)}


def explained_in(main) -> list[str]:
    return [one.attrib["data-word"] for one in main.iter() if isinstance(one.tag, str) and "data-word" in one.attrib]


def wrong_places(main) -> list[str]:
    parents = {child: one for one in main.iter() for child in one}
    found = []
    for one in main.iter("details"):
        above, names = parents[one], set()
        while above is not main:
            names.add(above.tag)
            above = parents[above]
        if names & LINES:
            found.append(f"{one.attrib}: in {sorted(names & LINES)}")
    return found


def drawn(app, words: str, **about) -> str:
    with app.test_request_context(**about):
        return hard_words.explained(words)


def test_on_the_card_of_a_session_the_buttons_come_before_the_explanation(app):
    card = '<div class="card"><div class="when"><div><p>doradca zawodowy</p></div></div><button>Tak</button>{}</div>'
    said = drawn(app, card.format(""))

    assert said.index("<details") > said.index("</button>")
    assert re.sub(r"<details.*?</details>", "", said) == card.format("")
    assert said.endswith("</details></div>")


def test_every_word_of_the_glossary_is_known_asked_about_and_explained(app, glossary):
    module, codes, pattern, forms = glossary

    assert len(set(codes)) == len(codes) == len(forms) > 25
    for code in codes:
        word = re.sub(r"\*", "a", forms[code].split(",")[0])
        main = main_of(f"<main>{drawn(app, f'<p>Oto {word}.</p><p>{word}</p>')}</main>")
        assert explained_in(main) == [code], word
        summary = next(main.iter("summary")).text
        assert pattern.search(summary), summary  # the accessible name says which word it is
        assert codes[pattern.search(summary).lastindex - 1] == code
        assert str(module.answer(code)).strip()


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_in_each_language_the_words_that_we_use_are_those_that_are_explained(app, lang):
    """Who helps, which help there is and what one may need: by the names that pages give them."""
    with i18n.speaking(app, lang):
        module, words = (app.jinja_env.get_template(f"components/{name}.html").module for name in ("glossary", "words"))
        codes, pattern = hard_words.forms(str(module.forms()))
        used = [form["names"][lang] for form in FRAME["forms"]]
        used += [
            str(words.role(form["given_by"], gender))
            for form in FRAME["forms"]
            for gender in ("male", "female")
            if "given_by" in form
        ]
        used += [str(words.role("coordinator", gender)) for gender in ("male", "female")]
        used += [str(words.need(code)) for code in ("pjm", "sjm", "skogn", "loop", "assistant")]
        asked = {code: pattern.search(str(module.question(code))) for code in codes}
        answers = {code: str(module.answer(code)).strip() for code in codes}

    assert [one for one in used if not pattern.search(one)] == []
    # What is asked names the word, and no other word is needed to understand the answer.
    assert {code: match and codes[match.lastindex - 1] for code, match in asked.items()} == {code: code for code in codes}
    assert [text for text in answers.values() if not text or pattern.search(text)] == []


@pytest.mark.parametrize(("before", "after"), [
    ("<p>Pytaj: <strong>koordynator</strong> wie.</p><p>Koordynatorka.</p>", "</p>{}<p>Koordynatorka.</p>"),
    ("<ul><li><a href='/x'>Koordynator</a></li><li>b</li></ul>", "</a>{}</li><li>b</li></ul>"),
    ("<dl><div><dt>Kto</dt><dd>Ewa, koordynatorka</dd></div></dl>", "koordynatorka{}</dd></div></dl>"),
    ("<fieldset><legend><h1>Koordynator?</h1></legend>a</fieldset>", "</h1></legend>{}a</fieldset>"),
    ("<details><summary>Koordynator</summary><p>a</p></details><p>b</p>", "<p>a</p></details>{}<p>b</p>"),
    ("<div class='field'><h1><label for='x'>Koordynator</label></h1><input id='x'></div>", "</label></h1>{}<input id='x'></div>"),
    ("<div><form><button>Koordynator</button></form><br>a</div>", "</button></form>{}<br>a</div>"),
])  # fmt: skip
def test_it_stands_where_the_word_is_and_never_in_a_line_of_words(app, before, after):
    with app.test_request_context():
        said = str(app.jinja_env.get_template("components/glossary.html").module.explain("coordinator"))
        assert hard_words.explained(before).endswith(after.format(said))
        assert hard_words.explained(before).count("data-word") == 1


def test_in_an_answer_to_choose_it_is_one_more_line_of_the_answer(app):
    answer = '<label class="choice"><input type="radio"><span><strong>Doradztwo zawodowe</strong></span></label>'

    said = drawn(app, answer)
    assert "<details" not in said
    assert re.search(r'</strong><span class="word" data-word="career-counselling">[^<]+</span></span></label>$', said)


@pytest.mark.parametrize("unseen", [
    "<template><p>Koordynator</p></template>", '<p class="hidden">Koordynator</p>', "<div hidden><p>Koordynator</p></div>",
    "<select><option>Koordynator</option></select>", '<p title="Koordynator">a</p>', "<p>pozakoordynatorski</p>",
])  # fmt: skip
def test_what_nobody_sees_is_not_explained(app, unseen):
    assert "data-word" not in drawn(app, unseen)


def test_what_a_template_explains_by_itself_is_not_explained_again(app):
    said = drawn(app, '<p>PJM</p><p data-word="pjm">PJM, polski język migowy</p>')

    assert said.count("data-word") == 1


def test_words_that_staff_write_into_a_plan_are_explained_too(client, db, make, sign_in):
    maria = make.participant("Maria Kowal")
    version = plans.draft_for(db, make.ewa, maria.enrolments[0])
    goal = plans.add_goal(db, make.ewa, version, "Zacząć staż")
    plans.add_step(db, make.ewa, version, goal.id, "Zapytać o stypendium")
    plans.answer(db, maria, plans.propose(db, make.ewa, version).id, "agree")
    sign_in(client, maria)

    assert {"traineeship", "stipend"} <= set(explained_in(main_of(client.get("/plan").text)))


def test_each_hard_word_of_each_participants_page_is_explained_there_once(app, db, make, glossary):
    """Every address that answers a participant or a guest, with the world's own data."""
    _, codes, pattern, _ = glossary
    world = build(app, db, make)
    seen, faults, pages = set(), [], 0
    for who, kinds in {"maria": OURS, "nobody": OURS[:1]}.items():
        client = world.client(who)
        client.post("/book", data={"need": world.hers["form_id"]})
        for rule, method in rules(app):
            if method == "POST" or rule.endpoint.startswith(NO_PAGES) or not rule.arguments <= world.hers.keys():
                continue
            if KIND_OF.get(rule.endpoint) not in kinds:
                continue
            answer = ask(world, client, rule, method, world.hers, Accept="text/html")
            if answer.mimetype != "text/html" or "<main" not in answer.text or 'class="paper"' in answer.text:
                continue
            main = main_of(answer.text)
            pages += 1
            said, explained = said_in(main, codes, pattern), explained_in(main)
            seen |= said
            for code in said - set(explained):
                faults.append(f"{who} {rule.rule}: {code} is not explained")
            for code in {code for code in explained if explained.count(code) > 1}:
                faults.append(f"{who} {rule.rule}: {code} is explained more than once")
            faults += [f"{who} {rule.rule}: {fault}" for fault in wrong_places(main)]
    assert not faults, "\n".join(faults)
    assert pages > 30
    assert {"coordinator", "career-adviser", "loop", "pjm", "qr"} <= seen  # this world says them


def test_pages_of_staff_are_left_as_they_are(app, db, make):
    world = build(app, db, make)

    page = world.client("ewa").get(f"/people/{world.hers['person_id']}").text
    assert "koordynator" in page.lower()
    assert "data-word" not in page


def test_a_step_of_a_plan_is_explained_after_how_far_it_is(app):
    steps = '<ol class="thread"><li><h4>Rozmowa: psycholog</h4><p>Teraz</p><p>jutro</p>{}</li><li><p>Potem</p></li></ol>'
    said = drawn(app, steps.format(""))

    assert re.search(r"<p>jutro</p><details.*</details></li><li><p>Potem", said, re.S)
