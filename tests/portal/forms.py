"""Forms as a browser has them: read from a page, filled in, sent."""

import html5lib

HTML = html5lib.HTMLParser(namespaceHTMLElements=False)


def forms(page: str) -> dict[str, list[tuple[str, str]]]:
    """Where each form of a page goes → what it would send as it stands, buttons aside."""
    found = {}
    for form in HTML.parse(page).iter("form"):
        sent = []
        for one in form.iter():
            name, kind = one.get("name"), one.get("type", "text")
            is_chosen = kind not in ("radio", "checkbox") or one.get("checked") is not None
            if name and one.tag == "input" and is_chosen and kind not in ("submit", "file"):
                sent.append((name, one.get("value", "")))
            elif name and one.tag == "textarea":
                sent.append((name, "".join(one.itertext()).removeprefix("\n")))
            elif name and one.tag == "select":
                chosen = [each.get("value") for each in one.iter("option") if each.get("selected") is not None]
                sent.append((name, chosen[0] if chosen else next(one.iter("option")).get("value")))
        found.setdefault(form.get("action"), sent)
    return found


def sent_by(page: str, action: str, **typed) -> dict[str, list[str]]:
    """What the form sends when somebody has filled in `typed`."""
    data: dict[str, list[str]] = {}
    for name, value in forms(page)[action]:
        data.setdefault(name, []).append(value)
    return data | {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
