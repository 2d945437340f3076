"""Every page of a participant, and of somebody who is not signed in, as it is drawn: for tests that go through them all."""

from collections.abc import Iterator

from tests.portal.test_access_matrix import BY_LINK, ROUTES, data_for, rules

KINDS = ("everybody", "participants", "marias", "booking")
FOR_SOMEBODY = ("for somebody", "for maria")  # met by Anna, who acts for Maria
NOT_PAGES = {"gallery.gallery", "mailbox.see", "mailbox.read", "mailbox.reply", "health.messages"}  # the demo's, and staff's


def of(world, **cookies) -> Iterator[tuple[str, int, str]]:
    """Name, status and source of each page, as Maria and as nobody, with nothing filled in and with nothing right."""
    whose = {one: ("maria", "nobody") for kind in KINDS for one in ROUTES[kind].split()} | dict.fromkeys(
        BY_LINK, ("maria", "nobody")
    )
    whose |= {one: ("anna",) for kind in FOR_SOMEBODY for one in ROUTES[kind].split()}
    for rule, method in rules(world.app):
        if rule.endpoint in NOT_PAGES:
            continue
        for who in whose.get(rule.endpoint, ()):
            client = world.client(who)
            for name, value in cookies.items():
                client.set_cookie(name, value)
            with world.app.test_request_context():
                address = rule.build({name: world.hers[name] for name in rule.arguments})[1]
            right = data_for(rule.endpoint, world.hers)
            for data in ({}, right) if right else ({},):
                kind = "data" if method == "POST" else "query_string"
                answer = client.open(address, method=method, **{kind: data}, headers={"Sec-Fetch-Site": "same-origin"})
                if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303):
                    yield f"{method} {rule.rule} {who} {answer.status_code}", answer.status_code, answer.text
