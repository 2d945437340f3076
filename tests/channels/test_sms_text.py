import pytest

from services.channels.sms_text import MOST, fits, parts

EMOJI = "\N{SMILING FACE WITH OPEN MOUTH}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("à\n" * 80, 1),  # in the alphabet, although not in ASCII
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("[" * 152, 2),  # 76 to a part: the 77th would be cut in half
        ("[" * 153, 3),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("a" * 70 + "ł", 2),  # one letter makes all of them wide
        ("Так, зустріч о 10:00. " * 3, 1),
        (EMOJI * 35, 1),
        (EMOJI * 36, 2),
        (EMOJI * 66, 2),  # 33 to a part: 66 of 67 places
        (EMOJI * 67, 3),
        ("`", 1),
        ("a" * 100 + "`", 2),  # in ASCII, although not in the alphabet
    ],
)
def test_a_text_is_as_long_as_a_gateway_counts_it(text, expected):
    assert parts(text) == expected


def test_two_parts_fit_and_three_do_not():
    assert fits("a" * 306) and not fits("a" * 307)
    assert fits("ł" * MOST) and not fits("ł" * (MOST + 1))
