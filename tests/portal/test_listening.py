"""The place of the button that reads a page aloud: where it was chosen, and on no page of staff."""

from itertools import product

import pytest

from portal import assets
from tests.portal.test_hard_words import main_of


def places(page: str) -> tuple[int, int, int]:
    """How many there are, how many stand before the heading, and how many before whatever else."""
    main = list(main_of(page).iter())
    heading = next(at for at, one in enumerate(main) if one.tag == "h1")
    found = [at for at, one in enumerate(main) if "data-listen" in one.attrib]
    return len(found), sum(at < heading for at in found), sum(at < 4 for at in found)


@pytest.mark.parametrize("path", ["/help", "/sign-in", "/look", "/never-was"])
def test_it_stands_at_the_end_or_where_it_was_chosen_at_the_top(client, path):
    assert places(client.get(path).text) == (1, 0, 0)
    client.post("/look", data={"listen": "top"})
    assert places(client.get(path).text) == (1, 1, 1)
    client.post("/look", data={"listen": "end"})
    assert places(client.get(path).text) == (1, 0, 0)


@pytest.mark.parametrize(("asked", "shown"), [({}, "end"), ({"listen": "top"}, "top"), ({"listen": "left"}, "end")])
def test_the_page_of_looks_says_what_is_chosen(client, asked, shown):
    client.post("/look", data=asked)

    chosen = [
        one
        for one in main_of(client.get("/look").text).iter("input")
        if one.attrib["name"] == "listen" and "checked" in one.attrib
    ]
    assert [one.attrib["value"] for one in chosen] == [shown]


def test_staff_have_neither_the_button_nor_the_choice(client, make, sign_in):
    sign_in(client, make.ewa)

    for path, where in product(("/people", "/look", "/help"), ("end", "top")):
        client.post("/look", data={"listen": where})
        page = client.get(path)
        assert page.status_code == 200
        assert "data-listen" not in page.text
        assert 'name="listen"' not in page.text


def test_a_script_is_sent_without_its_remarks():
    script = b'// all of it\nconst a = "https://x"; // why\n  b(/\\/\\//);\n\n    // more\n'

    assert assets._without_remarks(script.decode()) == b'const a = "https://x";\nb(/\\/\\//);'
