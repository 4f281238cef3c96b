"""Pictures are drawn anew: whatever else hid in the file (place, device, scripts, a second file) is gone."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from flask_babel import gettext as _
from PIL import Image, ImageOps

from app.clock import CITY_ZONE
from app.errors import InvalidInput
from app.files.media import MediaType

MAX_PIXELS = 50_000_000  # about 200 MB unpacked; telephones take up to 48 million
MAX_SIDE = 4096  # pixels kept; enough to read an A4 page
_QUALITY = 88
_FORMATS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}
_EXIF_IFD, _TAKEN, _TAKEN_OFFSET = 0x8769, 0x9003, 0x9011


@dataclass(frozen=True)
class Picture:
    """A redrawn picture and the one fact kept of its camera's notes."""

    data: bytes
    captured_at: datetime | None


def redraw(data: bytes, kind: MediaType) -> Picture:
    """Return the picture encoded anew in its own format, upright, without metadata, at most 4096 pixels a side.

    Raises InvalidInput when it cannot be decoded as what it claims to be, or has more than 50 million pixels.
    """
    name = _FORMATS[kind]
    try:
        with Image.open(io.BytesIO(data), formats=[name]) as source:
            if source.width * source.height > MAX_PIXELS:
                raise InvalidInput(_("图片的像素太多，请缩小后再上传。"))
            captured_at = _captured_at(source)
            image = ImageOps.exif_transpose(source)
            image.thumbnail((MAX_SIDE, MAX_SIDE))
            clear = _plain(image, name)
            result = io.BytesIO()
            clear.save(
                result, format=name, **({"optimize": True} if name == "PNG" else {"quality": _QUALITY})
            )
    except InvalidInput:
        raise
    except Image.DecompressionBombError as bomb:
        raise InvalidInput(_("图片的像素太多，请缩小后再上传。")) from bomb
    except Exception as broken:  # decoders of hostile bytes raise nearly anything; all of it means unreadable
        raise InvalidInput(_("图片已损坏，打不开。")) from broken
    return Picture(result.getvalue(), captured_at)


def _plain(image: Image.Image, name: str) -> Image.Image:
    """Copy the pixels alone into a new picture: neither palette tricks nor chunks nor profiles come along."""
    transparent = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    mode = "RGBA" if transparent and name != "JPEG" else "RGB"
    converted = image.convert(mode)
    clear = Image.new(mode, converted.size)
    clear.paste(converted)
    return clear


def _captured_at(image: Image.Image) -> datetime | None:
    try:
        notes = image.getexif().get_ifd(_EXIF_IFD)
        zone = _zone(str(notes.get(_TAKEN_OFFSET, "")))
        taken = str(notes.get(_TAKEN, ""))[:19]
        return datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except Exception:  # notes are optional and often malformed; the picture counts
        return None


def _zone(offset: str) -> tzinfo:
    if len(offset) == 6 and offset[0] in "+-" and offset[3] == ":":
        span = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
        return timezone(-span if offset[0] == "-" else span)
    return CITY_ZONE
