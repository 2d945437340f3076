"""The demo's register: a file like the real one, of invented people, for the import that reads the real one."""

import csv
import io
import unicodedata
from datetime import date, timedelta
from random import Random

from services import frame, import_columns
from services.demo.content import content
from services.models import Edition

NAMED = 2  # the first two lines are people with a part in the story
LEFT = 400  # of the 784, some have finished
UNREACHED = 16  # have neither a telephone nor an e-mail address
AT_HOME = 17  # one of so many has a telephone at home only


def as_file(rng: Random, edition: Edition, today: date) -> bytes:
    """The register as a spreadsheet would save it, in UTF-8."""
    names = list(import_columns.columns())
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(import_columns.columns()[name].headings[0] for name in names)
    writer.writerows([line.get(name, "") for name in names] for line in lines(rng, edition, today))
    return text.getvalue().encode()


def lines(rng: Random, edition: Edition, today: date) -> list[dict]:
    about = content("people")["participants"]
    people = [{"number": number} for number in range(1, about["size"] + 1)]
    _genders(rng, people, about)
    _outcomes(rng, people, about, edition, today)
    for line in people:
        _name(rng, line)
        _situation(rng, line, about)
    _contacts(rng, people, about)
    for line, part in zip(people, ("main", "answering"), strict=False):
        _named(line, content("people")[part])
    for line in people:
        line["number"] = about["number"].format(year=line["joined_on"][:4], number=line["number"])
    return people


def _genders(rng: Random, people: list[dict], about: dict) -> None:
    women = {0} | set(rng.sample(range(NAMED, len(people)), about["women"] - 1))
    with_disability = set(rng.sample(sorted(women - {0}), about["women_with_disability"]))
    men = set(range(NAMED, len(people))) - women
    with_disability |= set(rng.sample(sorted(men), about["men_with_disability"]))
    for at, line in enumerate(people):
        line["gender"] = "female" if at in women else "male"
        line["disability"] = "yes" if at in with_disability else ("refused" if at % 97 == 96 else "no")


def _outcomes(rng: Random, people: list[dict], about: dict, edition: Edition, today: date) -> None:
    later = range(NAMED, len(people))
    left = rng.sample(later, LEFT)
    at_work = set(rng.sample(left, about["took_up_work"]))
    qualified = set(rng.sample(later, about["with_qualification"]))
    long_ago = (today - timedelta(days=300) - edition.starts_on).days
    for at, line in enumerate(people):
        joined = today - timedelta(days=rng.randint(50, 280))
        if at in set(left):
            joined = edition.starts_on + timedelta(days=rng.randint(0, long_ago))
            ended = joined + timedelta(days=rng.randint(90, 280))
            line["left_on"] = ended.isoformat()
            if at in at_work:
                line["work_started_on"] = (ended + timedelta(days=rng.randint(-20, 15))).isoformat()
        line["joined_on"] = joined.isoformat()
        if at in qualified:
            line["qualifications"] = rng.choice(about["qualifications"])


def _name(rng: Random, line: dict) -> None:
    names, group = content("people")["names"], "women" if line["gender"] == "female" else "men"
    line["language"] = rng.choices(("pl", "uk", "en"), (78, 17, 5))[0]
    tail = "" if line["language"] == "pl" else f"_{line['language']}"
    line["first_name"] = rng.choice(names[group + tail])
    line["last_name"] = rng.choice(names["surnames" + tail])


def _situation(rng: Random, line: dict, about: dict) -> None:
    codes = [row["code"] for row in frame.content()["paths"]]
    path = "disability" if line["disability"] == "yes" and rng.random() < 0.8 else rng.choice(codes[:2] + codes[3:])
    second = rng.choice(codes[:2] + codes[3:]) if rng.random() < 0.1 else path
    line["paths"] = ", ".join(sorted({path, second}))
    organisations = [row["name"] for row in frame.content()["organisations"]]
    line["partner"] = rng.choices(organisations, [2] + [1] * (len(organisations) - 1))[0]
    line["needs"] = ", ".join(code for code, share in about["needs"].items() if rng.random() * 1000 < share)
    line["born_on"] = (date(1950, 1, 1) + timedelta(days=rng.randrange(365 * 55))).strftime("%d.%m.%Y")


def _contacts(rng: Random, people: list[dict], about: dict) -> None:
    missing = rng.sample(range(NAMED, len(people)), about["without_email"] + about["without_phone"])
    no_email, no_phone = set(missing[: about["without_email"]]), set(missing[about["without_email"] - UNREACHED :])
    for at, line in enumerate(people):
        way = rng.choices(list(about["contacts"]), list(about["contacts"].values()))[0]
        if at in no_email:
            way = rng.choice(("sms", "call"))
        else:
            line["email"] = f"{_plain(line['first_name'])}.{_plain(line['last_name'])}.{line['number']}@example.org"
        if at in no_phone:
            way = "call" if at in no_email else "email"
        elif at % AT_HOME == AT_HOME - 1:  # a telephone at home takes no text messages
            line["phone"] = f"+44 20 7946 {at:04d}"
            way = "call" if way in ("sms", "app") else way
        else:
            line["phone"] = f"+44 7700 {900_000 + at}"
        line["contact"] = way


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.lower().replace("ł", "l"))
    return "".join(letter for letter in apart if letter.isascii() and letter.isalpha())


def _named(line: dict, part: dict) -> None:
    line |= {"first_name": part["first_name"], "last_name": part["last_name"], "language": "pl", "contact": "email"}
    line["email"] = part.get("email") or line["email"]
    line["needs"] = ", ".join(part.get("needs", ()))
    line["paths"], line["partner"] = "socio-vocational", frame.content()["organisations"][0]["name"]
