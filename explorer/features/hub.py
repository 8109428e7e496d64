"""The model hub: files of a checkpoint, from its cache or fetched once."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from explorer.errors import ModelError
from explorer.features.catalog import Checkpoint
from explorer.features.weights import SUFFIXES

_OTHER_RUNTIMES = ("onnx/*", "openvino/*", "coreml/*", "flax/*")


def download(checkpoint: Checkpoint, *, offline: bool) -> Path:
    """Folder of the checkpoint's files in the hub's cache, fetched if they are not there.

    Raises
    ------
    ModelError
        if the hub has no such files, cannot be reached, or may not be asked
    """
    repo, revision = checkpoint.repo, checkpoint.revision or "main"
    try:
        folder = snapshot_download(
            repo,
            revision=revision,
            local_files_only=offline,
            allow_patterns=[f"*{suffix}" for suffix in SUFFIXES],
            ignore_patterns=list(_OTHER_RUNTIMES),
        )
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise ModelError(
            f"{checkpoint.label}: the hub has no {repo} at revision {revision!r}, or it needs a "
            "login. Check both on huggingface.co."
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        why = "this run is offline" if offline else f"the hub cannot be reached ({_short(error)})"
        raise ModelError(
            f"{checkpoint.label} is not on this machine, and {why}. Fetch it once with a "
            f"connection, by `hf download {repo} --revision {revision}`, or name a local folder "
            "that holds the model."
        ) from error
    return Path(folder)


def is_cached(checkpoint: Checkpoint) -> bool:
    """Whether the checkpoint's configuration and weights are in the hub's cache."""
    revision = checkpoint.revision or "main"
    found = try_to_load_from_cache(checkpoint.repo, "config.json", revision=revision)
    return isinstance(found, str) and any(Path(found).parent.glob("*.safetensors"))


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:120]
