"""Places say how to get in before an hour is chosen, in words and by a picture of the door."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import func, select

from services import pictures, places
from services.errors import Refused
from services.models import AuditEntry, Place, PlacePicture
from tests.portal.test_today import words_of

WAY = {"way_in_pl": "Wejście od podwórka.", "steps": "0", "access": ["step-free"]}


def photo(kind="JPEG", size=(2400, 1600), **how):
    made = io.BytesIO()
    Image.new("RGB", size, "#346").save(made, kind, **how)
    return made.getvalue()


def with_a_place_in_it():
    """A picture as a telephone makes one: lying on its side, with the owner and the place written into it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Maria Kowal"
    exif.get_ifd(0x8825)[2] = (54.0, 30.0, 0.0)
    return photo(exif=exif) + b"<script>alert(1)</script>"


@pytest.fixture
def place(make, db):
    found = make.the_room.place
    found.way_in = {"pl": "Wejście od ulicy."}
    db.flush()
    return found


@pytest.fixture
def ewas(client, make, sign_in):
    return sign_in(client, make.ewa)


def anybody(app, db):
    """A browser in which nobody is signed in."""
    client = app.test_client()
    client.db = db
    return client


def upload(client, place, content, **alt):
    data = {"picture": (io.BytesIO(content), "drzwi.jpg")} if content else {}
    return client.post(f"/places/{place.id}/picture", data=data | alt, content_type="multipart/form-data")


def fresh(db, place):
    return db.get(Place, place.id, populate_existing=True)


def test_a_picture_is_drawn_anew_upright_and_without_what_the_telephone_wrote():
    drawn = pictures.redraw(with_a_place_in_it())

    assert b"Maria" not in drawn.content and b"script" not in drawn.content
    with Image.open(io.BytesIO(drawn.content)) as seen:
        assert (seen.format, seen.size, dict(seen.getexif()), "exif" in seen.info) == ("WEBP", (720, 1080), {}, False)
    assert (drawn.width, drawn.height) == (720, 1080)


def test_a_picture_full_of_detail_is_still_small():
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    made = io.BytesIO()
    noise.save(made, "JPEG")

    assert len(pictures.redraw(made.getvalue()).content) <= 2 * pictures.MOST_BYTES


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_are_read_too_and_what_can_be_seen_through_is_white(kind):
    made = io.BytesIO()
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(made, kind)
    with Image.open(io.BytesIO(pictures.redraw(made.getvalue()).content)) as seen:
        assert min(seen.convert("RGB").getpixel((5, 5))) > 250


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello", "picture-wrong"), (photo()[:900], "picture-wrong"), (photo("GIF", (9, 9)), "picture-wrong"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture-wrong"), (photo("PNG", (9000, 8000)), "picture-large"),
    ],
)  # fmt: skip
def test_what_is_no_picture_of_ours_or_unfolds_too_far_is_refused(content, code):
    with pytest.raises(Refused, match=code):
        pictures.redraw(content)


def test_a_coordinator_adds_a_picture_that_everybody_sees_and_phones_keep_for_a_year(ewas, db, app, place):
    assert upload(ewas, place, with_a_place_in_it(), alt_pl="Zielone drzwi.").status_code == 303

    page = anybody(app, db).get(f"/places/{place.id}").text
    found = re.search(r'<img src="([^"]+)" width="720" height="1080" alt="Zielone drzwi."', page)
    picture = anybody(app, db).get(found[1])
    assert (picture.status_code, picture.content_type) == (200, "image/webp")
    assert "immutable" in picture.headers["Cache-Control"] and "31536000" in picture.headers["Cache-Control"]
    old = found[1]
    upload(ewas, place, photo(), alt_pl="Zielone drzwi.")
    assert anybody(app, db).get(old).status_code == 404
    assert db.scalar(select(func.count()).select_from(PlacePicture)) == 1


def test_a_picture_of_several_megabytes_is_taken_from_who_is_signed_in_only(ewas, app, db, place):
    large = photo("PNG", (40, 40)) + b"\0" * 3_000_000

    assert upload(anybody(app, db), place, large, alt_pl="Drzwi").status_code in (303, 413)
    assert fresh(db, place).photo is None
    assert upload(ewas, place, large, alt_pl="Drzwi").status_code == 303
    assert fresh(db, place).photo is not None


@pytest.mark.parametrize(
    ("content", "alt", "field", "words"),
    [
        (photo(), "", "alt_pl", "Napisz po polsku, co widać na zdjęciu"),
        (photo(), "x" * 201, "alt_pl", "Napisz krócej, do 200 znaków"),
        (b"", "Drzwi", "picture", "Wybierz plik ze zdjęciem"),
        (b"%PDF", "Drzwi", "picture", "Tego pliku nie umiemy otworzyć"),
    ],
)
def test_a_picture_without_words_or_a_file_that_is_none_is_refused_at_its_field(ewas, db, place, content, alt, field, words):
    answer = upload(ewas, place, content, alt_pl=alt)

    assert answer.status_code == 422 and "<title>Błąd: " in answer.text
    assert f'href="#{field}"' in answer.text and answer.text.count(words) == 2
    assert fresh(db, place).photo is None


def test_only_the_words_can_be_changed_and_the_picture_taken_off(ewas, db, place):
    upload(ewas, place, photo(), alt_pl="Drzwi.")
    name = fresh(db, place).photo
    upload(ewas, place, b"", alt_pl="Czerwone drzwi.", alt_en="A red door.")
    assert (fresh(db, place).photo, fresh(db, place).photo_alt) == (name, {"pl": "Czerwone drzwi.", "en": "A red door."})

    for _ in range(2):
        assert ewas.post(f"/places/{place.id}/picture/off").status_code == 303
    assert fresh(db, place).photo is None and db.scalar(select(PlacePicture.place_id)) is None


def test_what_stands_before_the_door_is_written_down_and_read_by_everybody(ewas, app, db, place):
    answer = ewas.post(
        f"/places/{place.id}/edit", data=WAY | {"door_cm": "90", "stop_pl": "Przystanek, 100 m."}, follow_redirects=True
    )
    assert answer.status_code == 200 and "Zapisane" in answer.text

    page = words_of(anybody(app, db).get(f"/places/{place.id}"))
    for words in ("Wejście od podwórka.", "bez stopni", "90 cm", "wejście bez schodów", "Przystanek, 100 m.", "Nie ma"):
        assert words in page
    ewas.post(f"/places/{place.id}/edit", data=WAY | {"door_cm": "90", "stop_pl": "Przystanek, 100 m."})
    assert len(db.scalars(select(AuditEntry).where(AuditEntry.act == "place:describe")).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"way_in_pl": " "}, "way_in_pl", "Napisz po polsku, jak wejść"),
        ({"steps": "kilka"}, "steps", "Wpisz liczbę stopni od 0 do 60"), ({"steps": "61"}, "steps", "Wpisz liczbę stopni od 0 do 60"),
        ({"steps": "3"}, "steps", "Wejście bez schodów ma 0 stopni."), ({"door_cm": "9"}, "door_cm", "Wpisz szerokość"),
        ({"stop_uk": "x" * 601}, "stop_uk", "Napisz krócej, do 600 znaków"),
    ],
)  # fmt: skip
def test_a_description_that_cannot_be_is_refused_with_what_was_typed_kept(ewas, db, place, wrong, field, words):
    answer = ewas.post(f"/places/{place.id}/edit", data=WAY | {"stop_pl": "Przystanek"} | wrong)

    assert answer.status_code == 422 and "<title>Błąd: " in answer.text
    assert f'href="#{field}"' in answer.text and answer.text.count(words) == 2
    assert "Przystanek</textarea>" in answer.text and "checked" in answer.text
    assert fresh(db, place).way_in == {"pl": "Wejście od ulicy."}


def test_how_to_get_in_is_read_before_an_hour_is_chosen_and_afterwards(client, db, make, place, sign_in):
    place.photo, place.photo_alt = "doors/jasna-720x480.svg", {"pl": "Szklane drzwi."}
    slot, maria = make.slot("2026-11-26 09:00"), make.participant()
    hers = sign_in(client, maria)
    hers.post("/book/need", data={"need": slot.form_id})

    day = hers.get("/book/day").text
    assert 'alt="Szklane drzwi."' in day and "To rysunek." in day and f'href="/places/{place.id}"' in day
    hers.post("/book/first", data={"slot": slot.id})
    assert f'href="/places/{place.id}"' in hers.get("/book/check").text
    number = make.booking(maria, slot).number
    assert 'alt="Szklane drzwi."' in hers.get(f"/booked/{number}").text
    assert f'href="/places/{place.id}"' in hers.get("/places").text and 'href="/places"' in hers.get("/help").text


def test_only_places_that_one_can_enter_until_one_asks_for_all(client, make, sign_in):
    steep, level = make.slot("2026-11-25 09:00"), None
    level = make.slot("2026-11-26 09:00", room=make.room(place=make.place(access=["step-free"])))
    hers = sign_in(client, make.participant(needs=["step-free"]))
    hers.post("/book/need", data={"need": steep.form_id})

    page = hers.get("/book/day")
    assert f'value="{steep.day}"' not in page.text and f'value="{level.day}"' in page.text
    assert "Tylko te, w których jest: wejście bez schodów." in words_of(page)
    assert hers.post("/book/suit", data={"show": "anywhere", "at": "day"}).location == "/book/day"
    page = hers.get("/book/day")
    assert f'value="{steep.day}"' in page.text and "Pokazujemy teraz wszystkie miejsca." in words_of(page)
    hers.post("/book/first", data={"slot": steep.id})
    assert "Czego tu nie ma" in hers.get("/book/check").text
    hers.post("/book/suit", data={"show": "fitting", "at": "day"})
    assert f'value="{steep.day}"' not in hers.get("/book/day").text
    hers.post("/book/suit", data={"show": "anywhere", "at": "hour"})
    hers.post("/book/need", data={"need": steep.form_id})  # the next booking begins as the needs ask
    assert f'value="{steep.day}"' not in hers.get("/book/day").text


def test_where_nothing_suits_the_page_says_what_to_do(client, make, sign_in):
    steep = make.slot("2026-11-25 09:00")
    hers = sign_in(client, make.participant(needs=["step-free"]))
    hers.post("/book/need", data={"need": steep.form_id})

    for step in ("person", "day"):
        page = hers.get(f"/book/{step}")
        said = words_of(page)
        assert "Teraz nie ma terminów, które pasują" in said and "rozmowę przez telefon lub wideo" in said
        assert "Dajcie mi znać" in said and "Pokaż wszystkie miejsca" in said and 'href="tel:' in page.text
    assert hers.post("/book/suit", data={"show": "anywhere", "at": "person"}).location == "/book/person"
    assert "Wszystko jedno" in hers.get("/book/person").text


def test_a_place_that_changed_meanwhile_is_described_whole(db, make, place):
    """The service keeps to the same rule as the page."""
    with pytest.raises(Refused):
        places.describe(db, make.ewa, place, places.Facts())


def test_a_place_that_nobody_has_described_is_not_said_to_lack_anything(client, db, make, place):
    place.way_in, place.access, place.steps, place.door_cm = {}, [], None, None
    db.flush()
    page = client.get(f"/places/{place.id}").text
    assert "Nie wiemy jeszcze, jak tam wejść." in page and "<dt>Nie ma</dt>" not in page

    place.steps = 3
    db.flush()
    page = client.get(f"/places/{place.id}").text
    assert "Nie wiemy jeszcze" not in page and "wejście bez schodów" in page.partition("<dt>Nie ma</dt>")[2]
