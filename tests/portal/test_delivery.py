"""How a page travels: compressed where its length tells nobody anything, and the first one of a visit with its styles in it."""

import base64
import gzip
import hashlib
import re

import brotli
import pytest

FROM_OUTSIDE = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
STYLES = re.compile(r"<style>(.*?)</style>", re.DOTALL)
ALL = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site"])
def test_the_first_page_of_a_visit_carries_its_styles_and_the_policy_knows_them(client, app, site):
    answer = client.get("/help", headers=FROM_OUTSIDE | {"Sec-Fetch-Site": site})

    (styles,) = STYLES.findall(answer.text)
    print_sheet = client.get(app.extensions["assets"].url("app.css"))
    assert styles == print_sheet.text
    known = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["style-src"] == f"'self' 'sha256-{known}'"
    assert policy["default-src"] == policy["base-uri"] == "'none'"
    assert f'<link rel="stylesheet" href="{app.extensions["assets"].url("app.css")}" media="print">' in answer.text


@pytest.mark.parametrize("headers", [
    FROM_OUTSIDE | {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}, {},
], ids=["the next page", "fetched by a script", "a browser that does not say"])  # fmt: skip
def test_every_other_page_leads_to_them(client, app, headers):
    answer = client.get("/help", headers=headers)

    assert STYLES.findall(answer.text) == []
    assert f'<link rel="stylesheet" href="{app.extensions["assets"].url("app.css")}">' in answer.text
    assert "sha256" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("accepted", "encoding", "read"), [
    ("gzip, deflate, br, zstd", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("identity", None, bytes),
])  # fmt: skip
def test_a_page_is_compressed_as_the_browser_can_read_it(client, accepted, encoding, read):
    plain, answer = client.get("/help"), client.get("/help", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    keys = re.compile(rb'name="key" value="[^"]*"')
    assert keys.sub(b"", read(answer.data)) == keys.sub(b"", plain.data)
    assert encoding is None or len(answer.data) < len(plain.data) / 2


@pytest.mark.parametrize(("path", "status", "headers"), [
    ("/help?guess=Maria", 200, {"Sec-Fetch-Site": "cross-site"}),
    ("/help?guess=Maria", 200, {"Sec-Fetch-Site": "none"}),
    ("/help?guess=Maria", 200, {}),
    ("/guess-Maria", 404, {"Sec-Fetch-Site": "same-origin"}),
])  # fmt: skip
def test_what_somebody_else_may_have_put_into_a_page_never_shares_its_length_with_the_rest(client, path, status, headers):
    answer = client.get(path, headers=ALL | headers)

    assert answer.status_code == status
    assert "Content-Encoding" not in answer.headers


def test_our_own_question_and_a_refused_form_are_compressed(client):
    ours = {"Sec-Fetch-Site": "same-origin"}

    assert client.get("/help?from=plan", headers=ALL | ours).headers["Content-Encoding"] == "br"
    assert client.post("/sign-in", data={}, headers=ALL | ours).headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("path", ["/manifest.webmanifest", "/sw.js"])
def test_what_installs_the_app_is_compressed_too(client, path):
    assert client.get(path, headers=ALL).headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("path", ["/healthz", "/plan"])
def test_little_things_stay_as_they_are(client, path):
    assert "Content-Encoding" not in client.get(path, headers=ALL).headers
