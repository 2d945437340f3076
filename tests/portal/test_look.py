"""Look and reading: kept in this browser, works signed out."""

import pytest


@pytest.mark.parametrize(("name", "value", "sign"), [
    ("theme", "dark", 'data-theme="dark"'), ("text", "largest", 'data-text="largest"'), ("lang", "uk", '<html lang="uk"'),
])  # fmt: skip
def test_a_choice_holds_on_every_page(client, name, value, sign):
    assert client.post("/look", data={name: value}).status_code == 303

    assert sign in client.get("/help").text
    assert sign in client.get("/never-was").text


def test_a_choice_that_there_is_not_changes_nothing(client):
    client.post("/look", data={"theme": "pink", "text": "9px", "lang": "xx"})

    assert '<html lang="pl" data-theme="system" data-text="normal" data-easy="no">' in client.get("/help").text


def test_a_cookie_that_somebody_made_up_changes_nothing(client):
    client.set_cookie("look", "theme=%22%3E%3Cscript%3E&lang=../../etc")

    assert '<html lang="pl" data-theme="system" data-text="normal" data-easy="no">' in client.get("/help").text


def test_the_language_of_a_person_is_also_that_of_their_messages(client, db, make, sign_in):
    maria = make.participant()
    sign_in(client, maria)
    client.post("/look", data={"lang": "uk"})

    db.refresh(maria)
    assert maria.language == "uk"


def test_the_browser_is_asked_where_nobody_has_chosen(client):
    assert '<html lang="en"' in client.get("/help", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert '<html lang="pl"' in client.get("/help", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil"])
def test_the_way_back_leads_only_to_pages_of_ours(client, wanted):
    answer = client.post("/look", data={"theme": "dark", "from": wanted})

    assert answer.location.startswith("/look?saved=1")
    assert "evil" not in client.get(answer.location).text
    assert "evil" not in client.get("/look", query_string={"from": wanted}).text
