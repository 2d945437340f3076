import tomllib
from pathlib import Path

import pytest

from services.channels import answers
from services.channels.answers import _load, _plain, read_answer

PLAIN = {
    "yes": [
        "TAK", "tak", "Tak.", "„TAK”", '"tak"', " tak \n", "tak!!!", "TAAAK", "tak 👍", "🙂 Tak, dziękuję 🙂", "Tak, przyjdę",
        "tak, przyjde", "przyjde", "Przyjdę na pewno", "Będę", "potwierdzam obecność", "TAK POTWIERDZAM", "ok", "Oczywiście!",
        "Dzień dobry, tak, będę. Pozdrawiam", "no tak", "przyjde, nie ma problemu", "tak tak tak", "Так", "так, дякую",
        "Прийду", "да", "yes", "Yes, I will come, thank you", "I'll be there", "I’ll come", "TAK\nDziękuję",
    ],
    "no": [
        "NIE", "nie", "Nie.", "«nie»", "nie przyjde", "Nie przyjdę", "nie moge", "Nie mogę, przepraszam", "niestety nie",
        "Nie, dziękuję", "nie przyjdę bo syn ma gorączkę",
        "nie przyjdę z powodu pogrzebu", "Nie dam rady. Anna", "nie moge przyjsc", "odwołuję wizytę",
        "nie, nie przyjdę", "Nie mogę jutro, jestem chora", "nieee", "nie 👎", "Ні", "ні, не прийду", "не зможу", "нет",
        "no", "No, sorry", "I can't come", "can’t make it",
    ],
    "help": ["POMOC", "pomoc", "Pomoc!", "pomocy", "proszę o pomoc", "pomoc?", "допомога", "HELP", "help me please"],
    "stop": ["STOP", "stop", "Stop.", "stop sms", "proszę stop", "стоп"],
}  # fmt: skip

FOR_A_PERSON = [
    "", "   ", "👍", "?", "1", "nie wiem", "Nie wiem, czy przyjdę", "nie, przyjde", "nie przyjde, tak wyszlo", "tak wyszło",
    "TAK/NIE", "tak czy nie", "tak albo nie", "tak?", "nie?", "Tak, ale się spóźnię", "tak, o 11", "tak, zachorowałam",
    "tak, jestem chora", "nie przeczytałam", "nie mogę rozmawiać", "nie zapomnę", "nie mogę się doczekać", "nie przyjdę sama",
    "nie przyjdę jutro tylko pojutrze", "nie o 10, przyjdę o 11", "nie rezygnuję", "nie przyjdę z mężem", "nie dam rady na dziesiątą", "nie przyjdę, dopiero o 11", "nie zdążę na czas",
    "nie przyjdę w tym stroju", "nie odwołuję", "proszę nie odwoływać",
    "nie tak", "nie stop", "non stop", "stop, przyjdę", "dziękuję za pomoc", "pomoc, tak", "może", "chyba tak", "tak, jeśli zdążę",
    "dziękuję", "dzień dobry", "kto to?", "takie coś", "niebawem będę", "przyjdę z mężem i córką", "tak ❌", "nie ma problemu",
    "чи так", "не знаю", "так, але пізніше", "yes but later", "I don't know", "don't cancel", "yes or no", "please don't stop",
    "tak " * 400, "не скасовую", "не отменяю", "tak, proszę o zmianę terminu", "nie wiem co to stop", "Tak nie przyjdę",
]  # fmt: skip


@pytest.mark.parametrize(("text", "answer"), [(text, answer) for answer, texts in PLAIN.items() for text in texts])
def test_a_plain_answer_is_understood(text, answer):
    assert read_answer(text) == answer


@pytest.mark.parametrize("text", FOR_A_PERSON)
def test_anything_else_is_left_to_a_person(text):
    assert read_answer(text) is None


@pytest.mark.parametrize("first", PLAIN)
@pytest.mark.parametrize("second", PLAIN)
def test_two_different_answers_are_none(first, second):
    for text in (f"{PLAIN[first][0]}, {PLAIN[second][0]}", f"{PLAIN[first][0]} {PLAIN[second][0]}"):
        assert read_answer(text) == (first if first == second else None)


def test_an_answer_written_with_letters_and_separate_marks_is_the_same():
    assert read_answer("przyjde\N{COMBINING OGONEK}") == read_answer("przyjdę") == "yes"


def test_every_phrase_of_the_data_has_one_meaning():
    raw = tomllib.loads((Path(answers.__file__).parent / "answers.toml").read_text(encoding="utf-8"))
    meanings: dict[str, set[str]] = {}
    for kind, phrases in raw["words"].items():
        for phrase in phrases:
            meanings.setdefault(_plain(phrase, _load().letters), set()).add(kind)
    assert {phrase: kinds for phrase, kinds in meanings.items() if len(kinds) > 1} == {}
