"""Uploaded pictures, drawn anew: upright, small, and without anything that a telephone writes into its pictures."""

from dataclasses import dataclass
from io import BytesIO

from services.errors import Refused

LARGEST_SIDE, ENDING, KIND = 1080, "webp", "image/webp"
READ = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 64_000_000  # a small file may unfold into more than the machine has room for
MOST_BYTES = 150_000
QUALITIES = (78, 64, 50, 36)


@dataclass(frozen=True)
class Drawn:
    content: bytes
    width: int
    height: int


def redraw(content: bytes) -> Drawn:
    """The picture's points and nothing else of the file. Refused: "picture-wrong" (not a picture that we read),
    "picture-large" (too many points)."""
    from PIL import Image, ImageOps  # where a picture comes in and nowhere else: five megabytes

    try:
        with Image.open(BytesIO(content), formats=READ) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("picture-large")
            opened.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))  # a large JPEG is read small at once
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(upright, Image)
    except Refused:
        raise
    except Exception:  # the file is a stranger's: whatever goes wrong while it is read, it is no picture to us
        raise Refused("picture-wrong") from None
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    for quality in QUALITIES:
        made = BytesIO()
        picture.save(made, ENDING, quality=quality, method=4)
        if made.tell() <= MOST_BYTES:
            break
    return Drawn(made.getvalue(), *picture.size)


def _on_white(picture, image):
    """A new picture of these points: what else the file held stays behind. What can be seen through becomes white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    ground = image.new("RGB", picture.size)
    ground.paste(picture.convert("RGB"))
    return ground
