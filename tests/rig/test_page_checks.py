import itertools

import pytest

from e2e import browser as browser_fixtures
from e2e import page_checks
from e2e.browser import phones, shot
from e2e.page_checks import at_text_size, check_page, focus_walk, html_faults, sideways
from tests.rig.small_site import small_site

STYLE = """
*, ::before, ::after { box-sizing: border-box }
html { font-size: 112.5% } body { margin: 0; font: 400 1rem/1.6 sans-serif; color: #111; background: #fff; overflow-wrap: anywhere }
a { color: #0b4f55 } :focus-visible { outline: 3px solid #4c1d95; outline-offset: 3px }
.button { display: block; width: 100%; min-height: 52px; font: inherit; background: #0b4f55; color: #fff; border: 2px solid }
.alone { display: inline-flex; align-items: center; min-height: 44px }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skip { position: absolute; left: -999rem } .skip:focus { position: static; display: flex; align-items: center; min-height: 44px }
.choice { display: flex; align-items: center; gap: 12px; min-height: 52px } input[type=text] { min-height: 44px; font: inherit; width: 100% }
"""
GOOD = """<!doctype html>
<html lang="pl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mój plan – Pracownia</title><link rel="stylesheet" href="/app.css">{head}</head>
<body><a class="skip" href="#content">Przejdź do treści</a>
<header><a class="alone" href="/">Pracownia</a></header>
<main id="content" tabindex="-1">{first}<h1>Mój plan</h1>
<p>Jeśli nie możesz przyjść, <a href="/reminders">powiedz nam o tym</a> dzień wcześniej.</p>
<form><fieldset><legend>Czy przyjdziesz?</legend>
<label class="choice"><input type="radio" name="come" value="yes"> Tak</label>
<label class="choice"><input type="radio" name="come" value="no"> Nie</label></fieldset>
<label for="phone">Numer telefonu</label><input type="text" id="phone" name="phone" autocomplete="tel">
<button class="button">Wyślij<span class="hidden"> odpowiedź</span></button></form>
{body}</main></body></html>"""

numbers = itertools.count(1)


def good(head="", first="", body=""):
    return GOOD.format(head=head, first=first, body=body)


def styled(css, body):
    """A page with one more stylesheet of its own."""
    return {"css": css, "html": good(head='<link rel="stylesheet" href="/more.css">', body=body)}


BAD = {
    "axe violation: image-alt": good(body='<p><img src="/dot.svg" width="60" height="60"></p>'),
    "axe violation: color-contrast-enhanced": styled(".pale { color: #767676 }", '<p class="pale">Blady tekst</p>'),
    "axe violation: heading-order": good(body="<h4>Za głęboko</h4>"),
    "axe unsure: identical-links-same-purpose": good(
        body='<p><a class="alone" href="/a">Zmień termin</a></p><p><a class="alone" href="/b">Zmień termin</a></p>'
    ),
    'target a.button.low "Mało" is': styled(
        ".button.low { min-height: 0; width: auto }", '<a class="button low" href="/x">Mało</a>'
    ),
    'target a "Sam link" is': good(body='<p><a href="/x">Sam link</a></p>'),
    'target input "consent" is 13×13': styled(
        "label.tight { display: inline }", '<p><label class="tight"><input type="checkbox" name="consent"> Zgoda</label></p>'
    ),
    "cannot be seen, not even when it has the focus": good(body='<p><a class="hidden" href="/x">Ukryty link</a></p>'),
    'text "Drobny druk" in p is 15 px': styled(".fine { font-size: 15px }", '<p class="fine">Drobny druk</p>'),
    "::before is 12 px": styled('.sign::before { content: "Nowe "; font-size: 12px }', '<p class="sign">Spotkanie</p>'),
    'text "123" in input is 13.333 px': styled(
        "#small { font-size: 13.333px }", '<label for="small">Kod</label><input type="text" id="small" value="123">'
    ),
    "the page is 400 px wide in a window of 320": styled(".wide { width: 400px }", '<p class="wide">Szeroko</p>'),
    "is cut off in a window of 320": styled(
        ".cut { overflow: hidden; white-space: nowrap }", f'<p class="cut">{"poniedziałek " * 9}</p>'
    ),
    "scrolls sideways in a window of 320": styled(
        ".slide { overflow-x: auto; white-space: nowrap }", f'<p class="slide" tabindex="0">{"wtorek " * 19}</p>'
    ),
    "2 h1 on the page": good(body="<h1>Drugi</h1>"),
    "0 h1 on the page": good().replace("h1>", "h2>"),
    'id "twice" stands more than once': good(body='<p id="twice">a</p><p id="twice">b</p>'),
    "html has no lang": good().replace(' lang="pl"', ""),
    "the title is empty": good().replace("Mój plan – Pracownia", " "),
    "console log: hej": {"js": "console.log('hej')", "html": good(head='<script src="/more.js" defer></script>')},
    "error in a script": {"js": "nic.nie.ma", "html": good(head='<script src="/more.js" defer></script>')},
    "console error: Applying inline style violates": good(body='<p style="color: red">Czerwone</p>'),
    "foreign request: GET http://127.0.0.2": {
        "js": "new Image().src = 'http://127.0.0.2:9/dot.png'",
        "html": good(head='<script src="/more.js" defer></script>'),
    },
    "status of 404": good(head='<script src="/missing.js" defer></script>'),
    "HTML line": good(body="<p>Otwarte <b>i niezamknięte</p>"),
}


@pytest.fixture(scope="module")
def site():
    with small_site() as site:
        site.pages["/app.css"] = (200, "text/css", STYLE)
        site.pages["/dot.svg"] = (200, "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
        yield site


@pytest.fixture
def visit(site, phone):
    """Serve a page and open it on a new phone, as a journey would."""

    def visit(page, **options):
        parts = page if isinstance(page, dict) else {"html": page}
        path = f"/{'ab'[next(numbers) % 2]}{next(numbers)}"
        site.pages |= {path: parts["html"], "/more.css": (200, "text/css", parts.get("css", ""))}
        site.pages["/more.js"] = (200, "text/javascript", parts.get("js", ""))
        opened = phone(site.url, **options)
        opened.goto(path)
        return opened

    return visit


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_a_good_page_passes_and_keeps_its_window(visit, scripts):
    page = visit(good(), scripts=scripts)

    assert check_page(page) == []
    assert page.viewport_size == {"width": 360, "height": 740}
    assert focus_walk(page) == []


@pytest.mark.parametrize(("fault", "page"), BAD.items(), ids=BAD)
def test_a_bad_page_is_found(visit, fault, page):
    found = check_page(visit(page))

    assert any(fault in finding for finding in found), found


@pytest.mark.parametrize(
    "fault",
    [
        "axe violation: color-contrast-enhanced",
        "axe unsure: identical-links-same-purpose",
        'target a.button.low "Mało" is',
        'text "Drobny druk" in p is 15 px',
        "the page is 400 px wide in a window of 320",
        "cannot be seen, not even when it has the focus",
    ],
)
def test_a_bad_page_is_found_with_scripts_off_too(visit, fault):
    assert any(fault in finding for finding in check_page(visit(BAD[fault], scripts=False)))


def test_every_rule_of_axe_is_on(visit):
    page = visit(good())
    page.evaluate(page_checks.AXE)

    spy = """async () => {
      const run = axe.run
      let given
      axe.run = (_, options) => { given = options.rules; return {violations: [], incomplete: []} }
      await (RUN)({})
      axe.run = run
      return [Object.keys(given).length, axe.getRules().length, Object.values(given).every(rule => rule.enabled)]
    }"""
    ran = page.evaluate(spy.replace("RUN", page_checks.RUN_AXE))

    assert ran == [105, 105, True]


def test_a_page_that_answers_404_may_say_so_but_not_hide_a_missing_script(visit, site):
    page = visit(good())
    site.pages["/gone"] = (404, "text/html", good())
    site.pages["/worse"] = (404, "text/html", good(head='<script src="/missing.js" defer></script>'))

    page.goto("/gone")
    assert check_page(page) == []
    page.goto("/worse")
    assert any("/missing.js" in finding for finding in check_page(page))


def test_the_html_is_judged_as_it_was_sent_and_a_part_as_a_part(visit):
    assert html_faults("<li>Sama część</li>") == []
    assert html_faults('<p id="a" id="b">') != []
    assert any("HTML line" in finding for finding in check_page(visit(BAD["HTML line"], scripts=False)))


def test_the_same_page_is_measured_once_and_a_changed_one_again(visit, site, monkeypatch):
    page = visit(good(body='<input type="hidden" name="key" value="first">'))
    assert check_page(page) == []
    measured = []
    monkeypatch.setattr(page_checks, "axe", lambda page: measured.append(page.url) or [])

    path = page.url.removeprefix(site.url)
    site.pages[path] = site.pages[path].replace("first", "second")
    page.reload()
    check_page(page)
    assert measured == []

    site.pages[path] = site.pages[path].replace("dzień", "dwa dni")
    page.reload()
    check_page(page)
    assert len(measured) == 1


def test_a_page_with_a_fault_is_measured_every_time(visit):
    page = visit(BAD["0 h1 on the page"])

    assert check_page(page) != []
    assert check_page(page) != []
    assert not any("h1 on the page" in finding for finding in check_page(page, expect_h1=False))


def test_a_page_that_nobody_listens_to_cannot_be_checked(browser):
    page = browser.new_page()
    with pytest.raises(RuntimeError, match="not watched"):
        check_page(page)
    page.close()


def test_what_the_console_says_where_no_check_looks_fails_at_the_end(browser, site):
    site.pages |= {
        "/loud": good(head='<script src="/loud.js"></script>'),
        "/loud.js": (200, "text/javascript", "console.info(1)"),
    }
    with pytest.raises(pytest.fail.Exception, match="console info: 1"), phones(browser) as phone:
        phone(site.url).goto("/loud")


def test_a_picture_is_kept_only_where_it_is_asked_for(visit, monkeypatch, tmp_path):
    monkeypatch.setattr(browser_fixtures, "SHOTS", tmp_path)
    monkeypatch.delenv("PRACOWNIA_SHOTS", raising=False)
    page = visit(good())

    shot(page, "nie")
    monkeypatch.setenv("PRACOWNIA_SHOTS", "1")
    shot(page, "mój plan/360")

    assert [file.name for file in tmp_path.iterdir()] == ["mój-plan-360.png"]


def test_text_of_twice_the_size_shows_what_no_longer_fits(visit):
    css = ".row { display: flex } .row span { white-space: nowrap }"
    page = visit(styled(css, '<p class="row"><span>Spotkanie w poniedziałek</span></p>'))

    assert sideways(page, 360) == []
    with at_text_size(page, 200):
        assert any("in a window of 360" in finding for finding in sideways(page, 360))
    assert sideways(page, 360) == []


WALKS = {
    'p "Okienko" has the focus without a ring': styled("p:focus { outline: 1px solid }", '<p tabindex="0">Okienko</p>'),
    "has the focus under div.bar": styled(
        ".bar { position: fixed; inset: auto 0 0 0; height: 200px; background: #fff } .low { margin-top: 900px }",
        '<p class="low"><a class="alone" href="/x">Na dole</a></p><div class="bar">Pasek</div>',
    ),
    'a.hidden "Ukryty link" has the focus and cannot be seen': good(body='<p><a class="hidden" href="/x">Ukryty link</a></p>'),
    'a.alone "Za pułapką" cannot be reached with Tab': {
        "js": "trap.onkeydown = event => event.key === 'Tab' && event.preventDefault()",
        "html": good(
            head='<script src="/more.js" defer></script>',
            body='<p><button class="button" id="trap">Pułapka</button><a class="alone" href="/x">Za pułapką</a></p>',
        ),
    },
}


@pytest.mark.parametrize(("fault", "page"), WALKS.items(), ids=WALKS)
def test_a_walk_with_tab_finds_what_is_wrong_with_the_focus(visit, fault, page):
    assert any(fault in finding for finding in focus_walk(visit(page)))
