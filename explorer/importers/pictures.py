"""Pictures of an import: each opened once, copied whole or not at all, broken ones left out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from explorer.errors import StudyError
from explorer.study import store
from explorer.study.stimuli import open_image

_NAMED = 5  # broken pictures that a note lists


def copy_pictures(
    stimuli: xr.Dataset, source: Path | None, target: Path, progress: Callable[[int, int], None]
) -> tuple[xr.Dataset, str]:
    """Copy the pictures that ``stimuli`` names; the cells of those that cannot be shown become "".

    Parameters
    ----------
    stimuli : with ``image`` (stimulus), paths below ``source``
    source : folder of the pictures; None if there is none
    target : the study's folder of pictures
    progress : called with done, total, a hundred times

    Returns
    -------
    stimuli : the same, ``image`` naming files of ``target`` that can be opened
    note : how many pictures are left out and why; "" if none is
    """
    cells = [str(cell) for cell in stimuli.image.values]
    kept: dict[str, str] = {"": ""}
    wrong: list[str] = []
    for k, cell in enumerate(cells):
        if k % max(1, len(cells) // 100) == 0:
            progress(k, len(cells))
        if cell in kept:
            continue
        try:
            kept[cell] = _copy(source, cell, target)
        except _UnusableError as error:
            kept[cell] = ""
            wrong.append(f"{cell!r} ({error})")
    files = np.array([kept[cell] for cell in cells], dtype=object)
    return stimuli.assign(image=("stimulus", files, stimuli.image.attrs)), _note(
        wrong, len(kept) - 1
    )


class _UnusableError(Exception):
    """A picture that cannot be shown; the text says why."""


def _copy(source: Path | None, cell: str, target: Path) -> str:
    """Name below ``target`` of the copy of ``source / cell``."""
    if source is None:
        raise _UnusableError("the source has no images/")
    try:
        path = (source / cell).resolve()
        name = path.relative_to(source.resolve()).as_posix()
        there = path.stat()
        copy = target / name
        if copy.is_file() and _same(copy, there):
            return name
        open_image(source, cell).close()
    except StudyError as error:
        raise _UnusableError(str(error)) from error
    except (OSError, ValueError, RuntimeError) as error:  # outside, NUL, links in a circle, AVIF
        raise _UnusableError(f"no picture below images/: {error}") from error
    _copy_file(path, copy, there)
    return name


def _same(copy: Path, source: os.stat_result) -> bool:
    """Whether ``copy`` was made from the file with this size and date."""
    own = copy.stat()
    return (own.st_size, own.st_mtime_ns) == (source.st_size, source.st_mtime_ns)


def _copy_file(path: Path, copy: Path, dated: os.stat_result) -> None:
    beside = copy.with_name(f".{copy.name[:100]}{store.PARTIAL}copy")  # a killed run is made good
    with store.explain_disk(copy, dated.st_size), store.removed_on_failure(beside):
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, beside)
        os.utime(beside, ns=(dated.st_atime_ns, dated.st_mtime_ns))
        beside.replace(copy)


def _note(wrong: list[str], n_pictures: int) -> str:
    if not wrong:
        return ""
    more = f", and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    return (
        f"{len(wrong)} of {n_pictures} pictures cannot be shown: "
        f"{'; '.join(wrong[:_NAMED])}{more}. Replace them and import again."
    )
