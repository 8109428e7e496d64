"""Which checkpoints can be extracted: whether their family is known, and where their files are."""

from __future__ import annotations

from collections.abc import Callable

from explorer.errors import ModelError
from explorer.features import FAMILIES
from explorer.features.catalog import Checkpoint
from explorer.features.weights import package_folder
from explorer.registry import Registry

# The hub's library takes long to load.
_HUB: Registry[Callable[[Checkpoint], bool]] = Registry(
    "hub", {"cached": "explorer.features.hub:is_cached"}
)


def is_supported(checkpoint: Checkpoint) -> bool:
    """Whether there is a family that can load it."""
    return checkpoint.family in FAMILIES


def is_at_hand(checkpoint: Checkpoint) -> bool:
    """Whether it can be extracted now: its family is known, and it needs no hub."""
    has_files = not checkpoint.needs_files or package_folder(checkpoint) is not None
    return is_supported(checkpoint) and has_files


def refuse_unsupported(checkpoint: Checkpoint) -> None:
    """Stop before anything is fetched.

    Raises
    ------
    ModelError
        if no family can load the checkpoint
    """
    if not is_supported(checkpoint):
        raise ModelError(
            f"{checkpoint.label} is not supported yet: it is of the family "
            f"{checkpoint.family!r}, and there are {', '.join(FAMILIES)}. Choose a model of one "
            "of these (`python -m explorer models`), or install a package that brings the family."
        )


def name_place(checkpoint: Checkpoint) -> str:
    """Where its files are, in a word.

    ``"built in"`` (it needs none), ``"folder"``, ``"package"``, ``"cache"`` (of the hub, on this
    machine), ``"hub"``, ``"elsewhere"``, or ``"missing"`` (a package that is not installed).
    """
    if not checkpoint.needs_files:
        return "built in"
    if checkpoint.path:
        return "folder"
    if package_folder(checkpoint) is not None:
        return "package"
    if checkpoint.repo:
        return "cache" if _HUB["cached"](checkpoint) else "hub"
    return "elsewhere" if checkpoint.elsewhere else "missing"
