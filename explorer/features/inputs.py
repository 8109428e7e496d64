"""What a model is shown: the parts of each stimulus, their digest, and pictures opened late."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

from PIL import Image

from explorer.errors import StudyError
from explorer.features.variants import Variant
from explorer.features.weights import digest_content
from explorer.study.digest import digest_json
from explorer.study.stimuli import open_image, orientation
from explorer.study.study import Study

log = logging.getLogger(__name__)

_SHOWN = 10  # ids or faults in one message


@dataclass(frozen=True)
class Inputs:
    """The stimuli that have something to show to a model.

    Attributes
    ----------
    ids : of these stimuli, in the study's order
    parts : per stimulus its texts, labels or image files, at least one
    missing : ids of the stimuli left out
    images : folder of the pictures; None if the parts are text
    replaced : ids of the stimuli that had none of the words asked for, and have the variant's
        fallback as their only part
    """

    ids: tuple[int, ...]
    parts: tuple[tuple[str, ...], ...]
    missing: tuple[int, ...]
    images: Path | None = None
    replaced: tuple[int, ...] = ()

    def digest(self) -> str:
        """Digest of ids and content; pictures count by their bytes, not by their names."""
        if self.images is None:
            return digest_json({"ids": self.ids, "parts": self.parts})
        content = [[_digest_picture(self.images / file) for file in p] for p in self.parts]
        return digest_json({"ids": self.ids, "parts": content})

    def all_parts(self) -> Sequence[Any]:
        """Every part of every stimulus, as a model takes them."""
        return self.shown([part for parts in self.parts for part in parts])

    def shown(self, parts: list[str]) -> Sequence[Any]:
        """Parts as a model takes them: texts as they are, pictures decoded one by one."""
        return parts if self.images is None else Pictures(self.images, parts)


class Pictures(Sequence[Image.Image]):
    """Pictures in RGB, each decoded when it is asked for; ``info["file"]`` names it."""

    def __init__(self, folder: Path, files: list[str]) -> None:
        self._folder = folder
        self._files = files

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...
    @overload
    def __getitem__(self, index: slice) -> Pictures: ...
    def __getitem__(self, index: int | slice) -> Image.Image | Pictures:
        if isinstance(index, slice):
            return Pictures(self._folder, self._files[index])
        picture = open_image(self._folder, self._files[index])
        picture.info["file"] = self._files[index]
        return picture

    def __len__(self) -> int:
        return len(self._files)


def read_inputs(study: Study, variant: Variant) -> Inputs:
    """What the study has for a variant; stimuli without anything are counted as missing."""
    found = variant.read(study)
    replaced: tuple[int, ...] = ()
    if variant.fallback and variant.material is not None:
        material = variant.material(study)
        replaced = tuple(k for k, parts in found.items() if not parts and material[k])
        found = {**found, **dict.fromkeys(replaced, (variant.fallback,))}
    return Inputs(
        ids=tuple(k for k, parts in found.items() if parts),
        parts=tuple(parts for parts in found.values() if parts),
        missing=tuple(k for k, parts in found.items() if not parts),
        images=study.path / "images" if variant.modality == "image" else None,
        replaced=replaced,
    )


def without_broken(inputs: Inputs, tick: Callable[[int], None]) -> Inputs:
    """The inputs less the stimuli whose picture cannot be decoded; each is logged.

    Raises
    ------
    StudyError
        if no picture can be decoded
    """
    if inputs.images is None:
        return inputs
    broken: dict[int, str] = {}
    for done, (stimulus, files) in enumerate(zip(inputs.ids, inputs.parts, strict=True)):
        tick(done)
        try:
            for file in files:
                open_image(inputs.images, file).close()
        except StudyError as error:
            broken[stimulus] = str(error)
            log.warning("Stimulus %s is left out: %s", stimulus, error)
    if len(broken) == len(inputs.ids):
        raise StudyError(
            f"None of the {len(broken)} pictures can be decoded. The first: "
            f"{next(iter(broken.values()))}"
        )
    pairs = zip(inputs.ids, inputs.parts, strict=True)
    kept = {k: parts for k, parts in pairs if k not in broken}
    return replace(
        inputs,
        ids=tuple(kept),
        parts=tuple(kept.values()),
        missing=(*inputs.missing, *broken),
    )


def name_some(ids: Sequence[int]) -> str:
    """The first few ids as text: ``3, 5, 8 and 12 more``."""
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(map(str, ids[:_SHOWN])) + more


def _digest_picture(file: Path) -> str:
    try:
        content = digest_content(file)
    except OSError:
        return "unreadable"
    turned = _orientation(file, content)
    # once, pictures were shown as they lie: features of turned ones are others
    return content if turned == 1 else f"{content} upright from {turned}"


@lru_cache(maxsize=2**18)
def _orientation(file: Path, content: str) -> int:
    del content  # it is what the cache is keyed by
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a damaged file makes Pillow remark
            with Image.open(file) as picture:
                return orientation(picture)
    except (Image.DecompressionBombError, OSError, RuntimeError, SyntaxError, ValueError):
        return 1  # it will be left out
