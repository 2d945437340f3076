"""Templates hold no script, no style and no handler of their own: the content security policy would drop them in silence."""

import re

import pytest

from tests.rules.house import files, text

FORBIDDEN = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "a style in the page": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"(?<![\w-])style\s*=\s*[\"']", re.I),
    "a handler attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "a data address": re.compile(r"[\"'(]data:", re.I),
    "an address of somebody else's": re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']https?:", re.I),
    "words taken as markup": re.compile(r"\|\s*safe\b"),
}
MAIL = "portal/templates/messages/"  # a mail has no style sheet: there, and only there, styles stand in the text
DRAWINGS = "portal/templates/components/icons.html"  # its markup is its own, word for word


def faults(source, path=""):
    allowed = ("a style attribute", "a style in the page") if path.startswith(MAIL) else ()
    allowed = ("words taken as markup",) if path == DRAWINGS else allowed
    bare = re.sub(r"{#.*?#}", "", source, flags=re.S)
    return [name for name, sign in FORBIDDEN.items() if name not in allowed and sign.search(bare)]


def test_templates_hold_nothing_that_the_policy_drops():
    found = {str(path): faults(text(path), str(path)) for path in files("portal/templates", ending="html")}

    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("fault", [
    "<script>x()</script>", "<style>a{}</style>", '<p style="color:red">', '<a onclick="x()">', '<a href="javascript:x()">',
    '<img src="data:image/png;base64,x">', '<script src="https://cdn.example.org/x.js"></script>', "{{ x|safe }}",
])  # fmt: skip
def test_the_rule_sees_each_of_them(fault):
    assert faults(fault)


@pytest.mark.parametrize("fine", [
    '<script src="{{ asset("app.js") }}" defer></script>', '<button data-on="x">', "{# style=\"x\" #}", '<a href="https://example.org">',
])  # fmt: skip
def test_the_rule_leaves_the_rest_alone(fine):
    assert faults(fine) == []
