"""Every fault of a study on disk: where, what was found, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from explorer.errors import ExplorerError
from explorer.study import store
from explorer.study.digest import blocks, digest_dataset
from explorer.study.schema import Fault, find_group, group_faults
from explorer.study.stimuli import open_image
from explorer.study.study import Study
from explorer.study.surface import MESHES
from explorer.study.variables import NUMBER

_AGAIN = "Import or compute this group again."


def check_study(study: Study) -> list[Fault]:
    """All faults of a study: its manifest, each group's form, values and digest, its images."""
    faults = list(_manifest(study))
    if not study.groups():
        faults.append(
            Fault(study.path.name, "no group", "at least one", "Import something into it.")
        )
    for name in study.groups():
        faults.extend(_group(study, name))
    faults.extend(_images(study))
    return faults


def _manifest(study: Study) -> Iterator[Fault]:
    manifest = study.manifest
    if manifest.unfinished:
        yield Fault(
            "study.json",
            "an import that did not end",
            "a complete study",
            f"Run it again: `{manifest.unfinished}`.",
        )
    if manifest.mesh and manifest.mesh not in MESHES:
        yield Fault(
            "study.json/mesh", repr(manifest.mesh), f"one of {', '.join(MESHES)}", "Correct it."
        )


def _group(study: Study, name: str) -> Iterator[Fault]:
    try:
        dataset = study[name]
        form = group_faults(name, dataset)
        yield from form
        if form:
            return
        yield from _stimuli(study, name, dataset)
        yield from _vertices(study, name, dataset)
        if study.promised(name):
            return
        yield from _values(name, dataset)
        recorded = dataset.attrs.get("digest")
        if recorded != digest_dataset(dataset):
            yield Fault(
                name, "values that changed since they were written", f"digest {recorded}", _AGAIN
            )
    except ExplorerError as error:
        yield Fault(name, f"an unreadable group ({error})", "a complete Zarr group", _AGAIN)
    except (OSError, ValueError, RuntimeError) as error:  # a torn or missing chunk
        found = f"values that cannot be read ({type(error).__name__}: {error})"
        yield Fault(name, found, "complete chunks", _AGAIN)


def _stimuli(study: Study, name: str, dataset: xr.Dataset) -> Iterator[Fault]:
    if "stimulus" not in dataset.coords:
        return
    ids = dataset.stimulus.values
    if len(np.unique(ids)) != len(ids):
        yield Fault(
            f"{name}/stimulus", "ids that repeat", "each once", "Use the dim 'repeat' for showings."
        )
    source = "stimuli/story" if name.startswith("responses/ieeg") else "stimuli/images"
    known = _readable(study, source)
    if name.startswith("responses/") and known is not None:
        unknown = ids[~np.isin(ids, known.stimulus.values)]
        if len(unknown):
            yield Fault(
                f"{name}/stimulus",
                f"{len(unknown)} ids that {source} lacks (first {unknown[0]})",
                f"ids of {source}",
                "Add these stimuli, or drop their responses.",
            )
    for pairs in [v for v in dataset.data_vars.values() if "pair" in v.dims]:
        n = len(ids)
        if pairs.sizes["pair"] != n * (n - 1) // 2:
            yield Fault(
                f"{name}/{pairs.name}",
                f"{pairs.sizes['pair']} pairs",
                f"{n * (n - 1) // 2} for {n} stimuli",
                _AGAIN,
            )


def _vertices(study: Study, name: str, dataset: xr.Dataset) -> Iterator[Fault]:
    n = dataset.sizes.get("vertex")
    expected = MESHES.get(study.manifest.mesh)
    if n is not None and n != expected:
        yield Fault(
            f"{name}/vertex",
            f"{n:,} vertices",
            f"{expected:,} of {study.manifest.mesh}" if expected else "a mesh in study.json",
            "Set the mesh in study.json, or import again with --mesh.",
        )


def _values(name: str, dataset: xr.Dataset) -> Iterator[Fault]:
    found = find_group(name)
    if found is None:
        return
    for key, variable in found[0].variables.items():
        if key not in dataset.variables or variable.kinds == "U":
            continue
        values = dataset.variables[key]
        low, high, n_infinite, n_nan = np.inf, -np.inf, 0, 0
        for block in blocks(values):
            if block.dtype.kind not in NUMBER or not block.size:
                continue
            finite = np.isfinite(block)
            n_infinite += int(np.isinf(block).sum())
            n_nan += int(np.isnan(block).sum())
            if finite.any():
                low = min(low, float(block[finite].min()))
                high = max(high, float(block[finite].max()))
        where = f"{name}/{key}"
        if n_infinite:
            yield Fault(where, f"{n_infinite} infinite values", "finite values or NaN", _AGAIN)
        if values.size and n_nan == values.size and key in ("response", "dissimilarity", "feature"):
            yield Fault(where, "nothing but NaN", "numbers", _AGAIN)
        if low < variable.minimum or high > variable.maximum:
            yield Fault(
                where,
                f"values from {low:g} to {high:g}",
                f"{variable.minimum:g} to {variable.maximum:g}",
                _AGAIN,
            )


def _images(study: Study) -> Iterator[Fault]:
    stimuli = _readable(study, "stimuli/images")
    if stimuli is None or "image" not in stimuli:
        return
    for stimulus, file in zip(stimuli.stimulus.values, stimuli.image.values, strict=True):
        if not file:
            continue
        try:
            open_image(study.path / "images", str(file)).close()
        except ExplorerError as error:
            where = f"images/{file}"
            yield Fault(where, str(error), f"the picture of stimulus {stimulus}", "Replace it.")


def _readable(study: Study, name: str) -> xr.Dataset | None:
    """A group read whole; None if there is none, or it is damaged and listed as such elsewhere."""
    try:
        found = study.get(name)
        return None if found is None else found.load()
    except (ExplorerError, OSError, ValueError, RuntimeError):
        return None


def leftovers(study: Study) -> list[str]:
    """Groups that a stopped run has begun and can go on with; no fault."""
    found = [p for p in store.walk(study.path) if store.RESUMABLE in p.name and p.is_dir()]
    return [p.relative_to(study.path).as_posix() for p in found]
