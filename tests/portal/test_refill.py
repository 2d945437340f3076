"""What was typed goes back into a page's form, and nothing else changes."""

from portal.refill import fill

PAGE = """<main><form method="post" action="/other"><input name="a" value="1"></form>
<form method="post" action="/here" novalidate><input type="hidden" name="key" value="new"><input type="hidden" name="version" value="2">
<input class="input" id="a" name="a" type="text" value="&lt;old&gt;"><input type="checkbox" name="b" value="1" checked><input type="checkbox" name="b" value="2">
<input type="radio" name="c" value="x" checked><input type="radio" name="c" value="y">
<details><summary>Why</summary><textarea name="d">
</textarea></details><select name="e"><option value="1" selected>1</option><option value="2">2</option></select>
<input type="password" name="p" value=""><button name="f" value="g">Go</button></form></main>"""


def test_each_kind_of_field_gets_back_what_was_sent():
    sent = [
        ("key", "old"),
        ("version", "1"),
        ("a", '<b> & "c"'),
        ("b", "2"),
        ("c", "y"),
        ("d", "</textarea>x"),
        ("e", "2"),
        ("p", "x"),
    ]
    page, is_found, has_fields = fill(PAGE, "/here", sent)

    assert (is_found, has_fields) == (True, True)
    for there in (
        '<input name="a" value="1">', 'name="key" value="old"', 'name="version" value="2"', 'value="&lt;b&gt; &amp; &quot;c&quot;"',
        '<input type="checkbox" name="b" value="1">', '<input type="checkbox" name="b" value="2" checked>',
        '<input type="radio" name="c" value="x">', '<input type="radio" name="c" value="y" checked>', "<details open>",
        "<textarea name=\"d\">\n&lt;/textarea&gt;x</textarea>", '<option value="1">', '<option value="2" selected>',
        '<input type="password" name="p" value="">',
    ):  # fmt: skip
        assert there in page, there


def test_a_box_that_was_left_empty_stays_empty():
    page, _, _ = fill(PAGE, "/here", [("a", "x")])

    assert '<input type="checkbox" name="b" value="1">' in page
    assert '<input type="radio" name="c" value="x" checked>' in page
    assert "<details>" in page


def test_without_the_form_nothing_changes():
    assert fill(PAGE, "/gone", [("a", "x")]) == (PAGE, False, False)
