"""Thumbnails: made once per picture, kept on disk by content of path, size and time."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from explorer.errors import ExplorerError

log = logging.getLogger(__name__)

PIXELS = 168  # twice the size on screen, for dense displays
_QUALITY = 82


class Thumbnails:
    """JPEG thumbnails of the files of one folder.

    Parameters
    ----------
    folder : where the pictures are
    cache : where thumbnails are kept; if it cannot be written, they are made anew each time
    open_picture : decodes (folder, file) to RGB, or raises ``ExplorerError``
    """

    def __init__(
        self, folder: Path, cache: Path, open_picture: Callable[[Path, str], Image.Image]
    ) -> None:
        self._folder = folder
        self._cache = cache
        self._open = open_picture

    def read(self, file: str) -> bytes:
        """The thumbnail of ``file``; empty if it is no picture."""
        path = self._folder / file
        try:
            stat = path.stat()
        except OSError:
            return b""
        key = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}|{PIXELS}|upright"
        kept = self._cache / f"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}.jpg"
        try:
            return kept.read_bytes()
        except OSError:
            made = self._make(file)
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            beside = kept.with_suffix(".part")
            beside.write_bytes(made)
            beside.replace(kept)
        except OSError as error:
            log.warning("thumbnails are not kept: %s", error)
        return made

    def _make(self, file: str) -> bytes:
        try:
            picture = self._open(self._folder, file)
        except ExplorerError as error:
            log.warning("%s", error)
            return b""
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        square = picture.crop((left, top, left + side, top + side))
        square.thumbnail((PIXELS, PIXELS), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        square.save(buffer, format="JPEG", quality=_QUALITY)
        return buffer.getvalue()
