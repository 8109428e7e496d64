"""What was shown: captions, conditions and pictures of a study's stimuli."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from explorer.errors import StudyError
from explorer.study.study import Study

_ORIENTATION = 0x0112  # EXIF tag: how the camera was held
# By its value; 1 is upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
MAX_PIXELS = 64_000_000  # a larger picture is refused: a few bytes may unpack to gigabytes


def captions(study: Study) -> dict[int, tuple[str, ...]]:
    """The non-empty captions of each stimulus, by id; shared, not to be changed."""
    if "stimuli/images" not in study:
        return {}
    return study.remember("stimuli/images", "captions", lambda: _captions(study))


def _captions(study: Study) -> dict[int, tuple[str, ...]]:
    stimuli = study["stimuli/images"]
    ids = stimuli.stimulus.values.tolist()
    if "caption" not in stimuli:
        return dict.fromkeys(ids, ())
    rows = stimuli.caption.transpose("stimulus", "caption_index").values.tolist()
    kept = [tuple(str(c) for c in row if str(c).strip()) for row in rows]
    return dict(zip(ids, kept, strict=True))


def labels(study: Study, coordinate: str) -> dict[int, str]:
    """``condition``, ``concept`` or ``split`` of each stimulus; empty where there is none."""
    if "stimuli/images" not in study or coordinate not in study["stimuli/images"]:
        return {}
    return study.remember("stimuli/images", coordinate, lambda: _labels(study, coordinate))


def _labels(study: Study, coordinate: str) -> dict[int, str]:
    stimuli = study["stimuli/images"]
    values = [str(v) for v in stimuli[coordinate].values.tolist()]
    return dict(zip(stimuli.stimulus.values.tolist(), values, strict=True))


def image_files(study: Study) -> dict[int, str]:
    """File below ``images/`` of each stimulus that has a picture."""
    return {k: v for k, v in labels(study, "image").items() if v}


def open_image(folder: Path, file: str) -> Image.Image:
    """Decode one picture to RGB: first frame, upright, transparency on white, 16-bit scaled.

    Raises
    ------
    StudyError
        if the file is missing, lies outside ``folder``, is no picture, is cut off or too large
    """
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise StudyError(f"{file!r} lies outside {folder}. Copy the picture into it.")
    if not path.is_file():
        raise StudyError(f"{path} does not exist. Restore it, or empty its cell in 'image'.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a damaged file makes Pillow remark
            with Image.open(path) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise StudyError(
                        f"{path} has {picture.width}x{picture.height} pixels, expected at most "
                        f"{MAX_PIXELS:,} in all. Scale it down."
                    )
                turn = _TURNS.get(orientation(picture))
                rgb = _to_rgb(picture)
                return rgb if turn is None else rgb.transpose(turn)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        RuntimeError,
        SyntaxError,
        ValueError,
    ) as error:
        if isinstance(error, StudyError):
            raise
        raise StudyError(f"{path} is no complete picture ({error}). Replace it.") from error


def orientation(picture: Image.Image) -> int:
    """How an open, undecoded picture lies, 1 to 8 as in EXIF; 1 where nothing legible is said."""
    # Pillow turns a TIFF while decoding it, and would decode a PNG to look for EXIF behind pixels
    if picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info):
        return 1
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except (EOFError, KeyError, OSError, SyntaxError, TypeError, ValueError, struct.error):
        return 1
    return found if found in _TURNS else 1


def _to_rgb(picture: Image.Image) -> Image.Image:
    picture.load()
    if picture.mode.startswith(("I", "F")):  # convert() would clip these, not scale
        values: np.ndarray[Any, Any] = np.asarray(picture, dtype=np.float64)
        grey = (values / _white(picture.mode, values) * 255).clip(0, 255)
        return Image.fromarray(np.nan_to_num(grey).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")


def _white(mode: str, values: np.ndarray[Any, Any]) -> float:
    """The value that means white: by the mode, else the least usual one that holds them all."""
    if mode.startswith("I;16"):
        return 65535.0
    top = float(values.max(initial=0.0, where=np.isfinite(values)))
    return next((white for white in (1.0, 255.0, 65535.0) if top <= white), max(top, 1.0))
