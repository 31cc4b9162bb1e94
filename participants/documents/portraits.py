"""Portraits that people upload, made safe: decoded as JPEG or PNG only, turned upright, made small,
and written anew as JPEG, so that nothing of the file but its picture is kept.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from participants.refusals import PhotoUnusable

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1200
QUALITY = 85
_FORMATS = ("JPEG", "PNG")


def portrait(data: bytes) -> bytes:
    """The picture as a plain JPEG without metadata; PhotoUnusable for anything else."""
    if len(data) > MOST_BYTES:
        raise _unusable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                return _written(picture)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ):
        raise _unusable() from None


def _written(picture: Image.Image) -> bytes:
    """Size is read from the header, before any pixel is decoded; made small before anything else
    is done with it, so that the pixels are held once: at most four bytes each."""
    if picture.width * picture.height > MOST_PIXELS:
        raise _unusable()
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    ground = Image.new("RGB", upright.size, "white")
    layer = upright.convert("RGBA")
    ground.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _unusable() -> PhotoUnusable:
    return PhotoUnusable(fields={"portrait": PhotoUnusable.text})
