"""Features computed elsewhere, in one file with the ids of their stimuli, for a study that exists.

``<model>.npz`` (of ``numpy.savez``) or ``<model>.h5``, ``.hdf5`` with the arrays

``stimulus``
    (n_stimuli,) integer ids, as in the study; any order, no id twice, not all need be there.
``feature``
    (n_stimuli, n_units), or (n_layers, n_stimuli, n_units).
``layer_name``
    (n_layers,) text; optional.
``stimuli``
    text, whose ids these are: ``images`` (if left out) or ``story``.

They become the group ``features/<model>/array``. Numbers of any precision become float32. NaN is
"not known" and stays; infinite values are refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from explorer.errors import ImporterError
from explorer.importers.arrays import read_values, survey
from explorer.importers.base import Found, Importer
from explorer.importers.plan import Plan, check_name, fault, read_head
from explorer.importers.tables import text
from explorer.registry import Registry

_NUMBERS, _TEXTS = ("stimulus", "feature"), ("layer_name", "stimuli")
_SOURCES = ("images", "story")
_SINGLE = 2  # axes of the features of one layer: (n_stimuli, n_units)
_HDF5 = (".h5", ".hdf5")

# h5py is loaded for HDF5 files only.
_READERS: Registry[Callable[..., Any]] = Registry("reader", {"hdf5": "h5py:File"})

Arrays = dict[str, np.ndarray]


class FeaturesImporter(Importer):
    """One file of the layout that this module describes."""

    label: ClassVar[str] = "File of features with the ids of their stimuli (NPZ or HDF5)"
    adds: ClassVar[bool] = True

    def can_read(self, source: Path) -> bool:
        """Whether it is a file of this kind; what it holds is not looked at."""
        return source.is_file() and source.suffix.lower() in (".npz", *_HDF5)

    def describe(self, source: Path, mesh: str = "") -> Found:
        """Nothing but notes: a study keeps its title, its mesh and its stimuli."""
        del mesh
        shape = _checked(source)["feature"].shape
        return Found(notes=(f"{source.name}: {shape[-2]} stimuli, {shape[-1]} units.",))

    def read(self, source: Path, mesh: str = "") -> Iterator[tuple[str, xr.Dataset]]:
        """The one group."""
        del mesh
        plan = Plan(source.parent)
        name = check_name(source, source.stem)
        plan.add(f"features/{name}/array", partial(_features, source))
        return plan.build()


def _features(file: Path) -> xr.Dataset:
    arrays = _checked(file)
    values = read_values(arrays["feature"])
    layered = values if values.ndim > _SINGLE else values[np.newaxis]
    survey(file, layered, axis=1)
    n_layers = len(layered)
    default = [file.stem] if n_layers == 1 else [f"layer {k}" for k in range(n_layers)]
    named = [str(name) for name in arrays.get("layer_name", default)]
    return xr.Dataset(
        {"feature": (("stimulus", "layer", "unit"), layered.transpose(1, 0, 2))},
        {
            "stimulus": arrays["stimulus"].astype(np.int64),
            "layer": np.arange(n_layers),
            "layer_name": ("layer", text(named)),
        },
        {"model": file.stem, "family": "array", "stimuli": f"stimuli/{_source(arrays)}"},
    )


def _checked(file: Path) -> Arrays:
    """The arrays of a file, of fitting shapes and kinds."""
    arrays = _read_hdf5(file) if file.suffix.lower() in _HDF5 else _read_npz(file)
    for name in _NUMBERS:
        if name not in arrays:
            found = ", ".join(arrays) or "nothing of use"
            raise fault(file, found, f"an array {name!r}", "Save it under this name.")
    stimulus, feature = arrays["stimulus"], arrays["feature"]
    if stimulus.ndim != 1 or stimulus.dtype.kind not in "iu":
        found = f"stimulus of {stimulus.dtype} and shape {stimulus.shape}"
        raise fault(file, found, "integer ids (n_stimuli,)", "Save the ids of the study.")
    twice = [int(k) for k, n in zip(*np.unique(stimulus, return_counts=True), strict=True) if n > 1]
    if twice:
        raise fault(file, f"stimulus {twice[0]} more than once", "each once", "Average its rows.")
    if feature.dtype.kind not in "fiub" or not feature.size:
        found = f"feature of {feature.dtype} and shape {feature.shape}"
        raise fault(file, found, "real numbers", "Save it as float32.")
    if feature.ndim not in (_SINGLE, _SINGLE + 1) or feature.shape[-2] != len(stimulus):
        raise fault(
            file,
            f"feature of shape {feature.shape} for {len(stimulus)} stimuli",
            f"({len(stimulus)}, n_units) or (n_layers, {len(stimulus)}, n_units)",
            "Pool, reshape or transpose it.",
        )
    n_layers = 1 if feature.ndim == _SINGLE else len(feature)
    if "layer_name" in arrays and arrays["layer_name"].shape != (n_layers,):
        found = f"layer_name of shape {arrays['layer_name'].shape}"
        raise fault(file, found, f"({n_layers},)", "Name each layer, or leave the names out.")
    if _source(arrays) not in _SOURCES:
        found = f"stimuli {_source(arrays)!r}"
        raise fault(file, found, " or ".join(_SOURCES), "Say whose ids these are.")
    return arrays


def _source(arrays: Arrays) -> str:
    return str(arrays.get("stimuli", _SOURCES[0]))


def _read_npz(file: Path) -> Arrays:
    read_head(file)
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as archive:
            return {name: archive[name] for name in (*_NUMBERS, *_TEXTS) if name in archive}
    except (ValueError, EOFError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        if "allow_pickle" in str(error):
            raise fault(
                file, "Python objects", "numbers and text", "Save arrays of one dtype."
            ) from error
        raise fault(
            file, f"a damaged file ({error})", "a complete NPZ file", "Save or copy it again."
        ) from error


def _read_hdf5(file: Path) -> Arrays:
    read_head(file)
    if find_spec("h5py") is None:
        raise ImporterError(
            f"{file} is an HDF5 file, which needs the package 'h5py'. Install it: "
            "`pip install h5py`, or save the arrays by `numpy.savez`."
        )
    try:
        with _READERS["hdf5"](file, "r") as opened:
            found = {name: opened[name] for name in (*_NUMBERS, *_TEXTS) if name in opened}
            return {
                name: np.array(data.asstr()[()]) if name in _TEXTS else data[()]
                for name, data in found.items()
            }
    except (OSError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise fault(
            file,
            f"a damaged file, or a group in an array's place ({error})",
            "an HDF5 file with arrays at its top",
            "Save it again.",
        ) from error
