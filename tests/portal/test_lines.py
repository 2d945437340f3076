"""Easy words stand one sentence to a line, and never break what is not running text."""

import html5lib
import pytest

from portal import lines
from portal.lines import MARK


@pytest.mark.parametrize(("said", "made"), [
    ("Zdanie. Drugie? Trzecie.", ["Zdanie.", "Drugie?", "Trzecie."]),
    ("Zadzwoń: %(phone)s", ["Zadzwoń: %(phone)s"]),
    ("Masz 1.5 godziny", ["Masz 1.5 godziny"]),
])  # fmt: skip
def test_a_line_is_a_sentence(said, made):
    assert lines.each(lines.marked(said)) == made


def test_what_is_filled_in_is_no_sentence():
    assert lines.in_html(lines.marked("To %(where)s. Wejdź.") % {"where": "ul. Jasna 5"}) == "To ul. Jasna 5.<br>Wejdź."


@pytest.mark.parametrize(("page", "made"), [
    (f"<p>A.{MARK}B.{MARK}</p>", "<p>A.<br>B.\n</p>"),
    (f"<p>A.{MARK} B</p>", "<p>A.<br>B</p>"),
    (f"<p>A.{MARK} <a href='/'>B.{MARK}</a></p><p>C</p>", "<p>A.\n<br><a href='/'>B.\n</a></p><p>C</p>"),
    (f"<p><strong>A.{MARK}</strong> B</p>", "<p><strong>A.\n</strong><br>B</p>"),
    (f"<p><span>A.{MARK}</span> B</p>", "<p><span>A.\n</span><br>B</p>"),
    (f"<label><span>A.{MARK}</span> <span>B</span></label>", "<label><span>A.\n</span> <span>B</span></label>"),
    (f"<p>A.{MARK}</p>\n<p>B</p>", "<p>A.\n</p>\n<p>B</p>"),
    (f'<p aria-label="A.{MARK}B.{MARK}" title="x > y">C</p>', '<p aria-label="A. B." title="x > y">C</p>'),
    (f"<title>A.{MARK}B – C</title><p>D</p>", "<title>A. B – C</title><p>D</p>"),
    (f"<option>A.{MARK}B</option><textarea>A.{MARK}B</textarea>", "<option>A. B</option><textarea>A. B</textarea>"),
    (f"<svg><title>A.{MARK}B</title><path d='M0'/></svg><b>A.{MARK}B</b>",
     "<svg><title>A. B</title><path d='M0'/></svg><b>A.<br>B</b>"),
    ("<p>A. B</p>", "<p>A. B</p>"),
])  # fmt: skip
def test_a_line_ends_where_a_break_may_stand(page, made):
    assert lines.in_html(page) == made
    assert html5lib.parseFragment(made) is not None


def test_where_there_is_one_line_or_plain_text():
    said = lines.marked("A. B? C", is_end_marked=True)
    assert lines.in_one(said) == "A. B? C"
    assert lines.in_text(said) == "A.\nB?\nC"
    assert lines.in_text(lines.marked("A.", is_end_marked=True)) == "A."


def test_several_things_stand_one_to_a_line():
    assert lines.listed(["A <b>", "C"], is_easy=False) == "A &lt;b&gt;, C"
    assert lines.in_html(f"<dd>{lines.listed(['A', 'C'], is_easy=True)}</dd>") == "<dd>A<br>C</dd>"
