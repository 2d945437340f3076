"""Films in Polish Sign Language: shown when they are whole, told to whoever runs the program when they are not."""

import logging
import struct
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal import cli, config, create_app, films
from services import identity
from services.models import Person
from tests.portal.test_hard_words import main_of
from tests.portal.world import build

ADDRESSES = {
    "plan": "/plan", "need": "/book/need", "day": "/book/day", "booked": "/booked/{number}", "confirm": "/s/{token}",
    "reminders": "/reminders",
}  # fmt: skip
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nTo jest plan.\n"
INTERPRETER = "Tłumacz PJM"


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def a_film(seconds: float, *, version: int = 0, is_big: bool = False) -> bytes:
    """What every player reads first of an mp4: which kind it is, and how long it lasts; then some of its pictures."""
    length = round(seconds * 1000)
    times = struct.pack(">QQIQ", 0, 0, 1000, length) if version else struct.pack(">IIII", 0, 0, 1000, length)
    pictures = bytes(range(256)) * 8
    stored = struct.pack(">I4sQ", 1, b"mdat", 16 + len(pictures)) + pictures if is_big else box(b"mdat", pictures)
    header = box(b"mvhd", bytes([version, 0, 0, 0]) + times + bytes(80))
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + stored + box(b"moov", box(b"free", b"") + header)


def bring(folder, screen: str, *, leave_out=(), seconds: float = 60, **of_film) -> None:
    there = folder / "films"
    there.mkdir(exist_ok=True)
    whole = {"mp4": a_film(seconds, **of_film), "vtt": CAPTIONS.encode(), "txt": b"Pierwszy akapit.\n\nDrugi\nakapit."}
    for ending, content in whole.items():
        if ending not in leave_out:
            (there / f"{screen}.{ending}").write_bytes(content)


@pytest.fixture
def begin(tmp_path, database, db, make, at):
    """`begin()`: the app on what is in its folder by then, and a world in it."""

    def begin():
        url = f"sqlite:///{tmp_path / 'unused.db'}"
        app = create_app(config.read({"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path), "PRACOWNIA_DATABASE_URL": url}))
        app.extensions["database"] = database
        return build(app, db, make)

    return begin


def visit(world, who: str, screen: str):
    client = world.client(who)
    client.post("/book", data={"need": world.hers["form_id"]})
    return client.get(ADDRESSES[screen].format(**world.hers))


def interpreter_line(answer) -> str:
    (line,) = (one for one in main_of(answer.text).iter("p") if "interpreter" in one.attrib.get("class", "").split())
    assert "hidden" not in line.attrib
    return "".join(line.itertext())


def media(answer) -> str:
    return "; ".join(part for part in answer.headers["Content-Security-Policy"].split("; ") if part.startswith("media-src"))


def test_without_films_each_key_screen_only_says_that_an_interpreter_can_come(begin):
    world = begin()

    for screen in ADDRESSES:
        answer = visit(world, "maria", screen)
        assert answer.status_code == 200, screen
        assert INTERPRETER in interpreter_line(answer), screen
        assert "<video" not in answer.text
        assert "film" not in "".join(one.attrib.get("class", "") for one in main_of(answer.text).iter("section"))
        assert media(answer) == ""


def test_a_whole_film_is_shown_on_its_screen_and_on_no_other(begin, tmp_path):
    for screen in films.SCREENS:
        bring(tmp_path, screen)
    (tmp_path / "films" / "plan.jpg").write_bytes(b"\xff\xd8\xff")
    world = begin()

    for screen in ADDRESSES:
        answer = visit(world, "maria", screen)
        (film,) = main_of(answer.text).iter("video")
        assert media(answer) == "media-src 'self'"
        assert {"controls", "preload"} <= set(film.attrib)
        assert film.attrib["preload"] == "none"
        assert not {"autoplay", "loop", "muted"} & set(film.attrib)
        assert ("poster" in film.attrib) == (screen == "plan")
        (source,), (track,) = film.iter("source"), film.iter("track")
        assert source.attrib["src"].startswith(f"/films/{screen}.mp4?")
        assert track.attrib["src"].startswith(f"/films/{screen}.vtt?")
        assert (track.attrib["kind"], track.attrib["srclang"]) == ("captions", "pl")
        assert '<p lang="pl">Drugi akapit.</p>' in answer.text
    assert "<video" in visit_invitation(world)
    assert "<video" not in world.client("maria").get("/help").text
    assert media(world.client("maria").get("/help")) == "media-src 'self'"  # from here one may be swapped to a film
    assert media(world.client("ewa").get("/people")) == ""


def visit_invitation(world) -> str:
    database = world.app.extensions["database"]
    with database.write() as db, db.begin():
        maria = db.get(Person, world.hers["person_id"])
        key = world.app.config["SETTINGS"].secret_key
        token = identity.token_of(key, identity.make_link(db, key, "sign-in", lasts=timedelta(hours=1), person_id=maria.id))
    return FlaskClient(world.app, world.app.response_class, use_cookies=True).get(f"/w/{token}", follow_redirects=True).text


def test_a_player_gets_the_piece_that_it_asks_for(begin, tmp_path):
    bring(tmp_path, "plan")
    whole = (tmp_path / "films" / "plan.mp4").read_bytes()
    client = begin().client("nobody")

    piece = client.get("/films/plan.mp4?1", headers={"Range": "bytes=10-19"})
    assert piece.status_code == 206
    assert piece.data == whole[10:20]
    assert piece.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    film, captions = client.get("/films/plan.mp4"), client.get("/films/plan.vtt")
    assert (film.status_code, film.data, film.headers["Content-Type"]) == (200, whole, "video/mp4")
    assert captions.headers["Content-Type"].startswith("text/vtt")
    assert captions.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("fault", "about"), [
    ("no-captions", {"leave_out": ["vtt"]}), ("no-words", {"leave_out": ["txt"]}), ("no-film", {"leave_out": ["mp4"]}),
    ("too-long", {"seconds": 90.5}),
])  # fmt: skip
def test_a_film_that_is_not_whole_is_not_shown_and_the_log_says_why(begin, tmp_path, caplog, fault, about):
    bring(tmp_path, "plan", **about)
    with caplog.at_level(logging.WARNING, "pracownia"):
        world = begin()

    answer = visit(world, "maria", "plan")
    assert "<video" not in answer.text
    assert INTERPRETER in interpreter_line(answer)
    assert media(answer) == ""
    assert f"the film of plan is not shown: {fault}" in caplog.messages
    assert world.client("nobody").get("/films/plan.mp4").status_code == 404


@pytest.mark.parametrize("content", [b"", b"not a film at all", a_film(60)[:-150], a_film(60).replace(b"mvhd", b"mvhx")])
def test_what_only_bears_the_name_of_a_film_is_told_apart(tmp_path, content):
    bring(tmp_path, "plan")
    (tmp_path / "films" / "plan.mp4").write_bytes(content)

    assert films.wrong(tmp_path / "films", "plan") == "not-a-film"


@pytest.mark.parametrize("of_film", [{}, {"version": 1}, {"is_big": True}])
@pytest.mark.parametrize(("seconds", "fault"), [(1, ""), (90, ""), (90.002, "too-long"), (3600, "too-long")])
def test_ninety_seconds_are_the_most(tmp_path, seconds, fault, of_film):
    bring(tmp_path, "plan", seconds=seconds, **of_film)

    assert films.wrong(tmp_path / "films", "plan") == fault


def test_a_new_edition_has_a_new_address(tmp_path):
    bring(tmp_path, "plan")
    before = films.found(tmp_path / "films")["plan"].url("mp4")
    bring(tmp_path, "plan", seconds=30)

    assert films.found(tmp_path / "films")["plan"].url("mp4") != before


def test_the_doctor_tells_of_films_that_nobody_will_see(tmp_path, monkeypatch, capsys, sqlite_template):
    (tmp_path / "pracownia.db").write_bytes(sqlite_template.read_bytes())
    for name, value in {"DEMO": "1", "VAR": str(tmp_path)}.items():
        monkeypatch.setenv(f"PRACOWNIA_{name}", value)
    bring(tmp_path, "plan")
    cli.main(["doctor"])
    for screen, about in {"plann": {}, "day": {"leave_out": ["vtt"]}}.items():
        bring(tmp_path, screen, **about)
    with pytest.raises(SystemExit) as end:
        cli.main(["doctor"])

    assert end.value.code == 1
    day, plann = (line for line in capsys.readouterr().out.splitlines() if "films/" in line)
    assert "films/day.mp4 is not shown: captions are missing, as day.vtt" in day
    assert "films/plann.mp4 is not shown: there is no such screen" in plann
    assert films.not_shown(tmp_path / "nowhere") == []


@pytest.mark.parametrize("fault", ["no-screen", "no-film", "no-captions", "no-words", "too-long", "not-a-film"])
def test_the_doctor_has_words_for_each_fault(fault):
    assert cli.words("doctor-film", screen="plan", why=fault, screens=films.SCREENS).endswith(".")
