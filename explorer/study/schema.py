"""What a study may hold: every group, its variables, their dims and units, in one table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

SCHEMA_VERSION = 1

# Every dim that a group may have, and what it counts.
DIMS = {
    "stimulus": "integer id of a stimulus (an image with its captions, or a word of a story)",
    "caption_index": "which of the captions of a stimulus",
    "repeat": "one showing of a stimulus",
    "vertex": "index into the mesh, left hemisphere then right",
    "target": "a measured place without a mesh (its map cannot be drawn)",
    "channel": "name of an EEG channel or an iEEG contact",
    "time": "seconds from stimulus onset",
    "layer": "0 is the embedding, then 1 to n; coord layer_name",
    "unit": "one dimension of a layer",
    "pair": "pair of stimuli, in the condensed order of the upper triangle",
    "roi": "name of a region",
    "subject": "name of a subject",
    "fold": "cross-validation fold",
    "bound": "lower and upper end of an interval",
}

# Kinds of numpy dtype, as users call them.
KINDS = {
    "f": "floating point",
    "i": "integer",
    "u": "unsigned integer",
    "b": "boolean",
    "U": "text",
}
NUMBER = "fiu"


@dataclass(frozen=True)
class Variable:
    """One variable of a group.

    Attributes
    ----------
    dims : the dims in order; one in brackets, as in ``"[repeat]"``, may be absent, and ``"a|b"``
        is one of several
    kinds : letters of the numpy kinds allowed (see ``KINDS``)
    units : allowed values of ``attrs["units"]``; empty where the variable has no unit
    required : whether a group without it is faulty
    minimum, maximum : inclusive bounds of finite values
    """

    dims: tuple[str, ...]
    kinds: str = "f"
    units: tuple[str, ...] = ()
    required: bool = True
    minimum: float = -np.inf
    maximum: float = np.inf

    def accepts(self, dims: tuple[str, ...]) -> bool:
        """Whether ``dims`` are these dims, optional ones present or absent."""
        return re.fullmatch(self._pattern(), "".join(f"{d}," for d in dims)) is not None

    def describe(self) -> str:
        """The dims as a user reads them: ``(stimulus, [repeat], vertex|target)``."""
        return f"({', '.join(self.dims)})"

    def _pattern(self) -> str:
        parts = []
        for dim in self.dims:
            optional = dim.startswith("[")
            choice = f"(?:{dim.strip('[]')}),"
            parts.append(f"(?:{choice})?" if optional else choice)
        return "".join(parts)


@dataclass(frozen=True)
class Group:
    """One kind of group: the pattern of its name, and what it holds.

    Attributes
    ----------
    pattern : path below the study; ``{subject}`` stands for any one name
    doc : what it is, in one sentence
    variables : by name; coordinates are listed with the others
    either : at least one of these variables must be there
    """

    pattern: str
    doc: str
    variables: dict[str, Variable] = field(default_factory=dict)
    either: tuple[str, ...] = ()

    def match(self, name: str) -> dict[str, str] | None:
        """The names in the path, e.g. ``{"subject": "sub-01"}``; None if it is another kind."""
        regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.pattern)
        found = re.fullmatch(regex, name)
        return found.groupdict() if found else None


ID = Variable(("stimulus",), "iu")
UNITS = ("V", "percent", "z", "a.u.")
PLACE = "vertex|target"
SCORES = ("[layer]", "[roi|vertex|target|channel]", "[time]")
INTERVALS = ("[layer]", "[roi|vertex|target|channel]", "[time]", "bound")


def _text(*dims: str, required: bool = False) -> Variable:
    return Variable(dims, "U", required=required)


def _metres(dim: str) -> Variable:
    return Variable((dim,), NUMBER, ("mm", "m"), required=False)


_LAYERS = {
    "layer": Variable(("layer",), "iu", required=False, minimum=0),
    "layer_name": _text("layer"),
}

_RESULT_COORDS = {
    **_LAYERS,
    "stimulus": Variable(("stimulus",), "iu", required=False),
    "channel": _text("channel"),
    "time": Variable(("time",), NUMBER, ("s",), required=False),
    "roi": _text("roi"),
}

GROUPS: tuple[Group, ...] = (
    Group(
        "stimuli/images",
        "Images with their captions, and how they are split and grouped.",
        {
            "stimulus": ID,
            "caption": _text("stimulus", "caption_index"),
            "image": _text("stimulus"),
            "split": _text("stimulus"),
            "condition": _text("stimulus"),
            "concept": _text("stimulus"),
        },
        either=("caption", "image", "condition", "concept"),
    ),
    Group(
        "stimuli/story",
        "The words of a story in the order they are heard.",
        {
            "stimulus": ID,
            "word": _text("stimulus", required=True),
            "onset": Variable(("stimulus",), NUMBER, ("s",)),
            "offset": Variable(("stimulus",), NUMBER, ("s",)),
            "sentence": Variable(("stimulus",), "iu"),
            "context": _text("stimulus"),
        },
    ),
    Group(
        "rois/{atlas}",
        "Regions on the mesh: a label per vertex (0 none, k the k-th name), or masks.",
        {
            "label": Variable(("vertex",), "iu", required=False, minimum=0),
            "name": _text("roi", required=True),
            "colour": _text("roi"),
            "mask": Variable(("roi", "vertex"), "b", required=False),
        },
        either=("label", "mask"),
    ),
    Group(
        "responses/fmri/{subject}",
        "Responses of one subject's cortex to each stimulus.",
        {
            "stimulus": ID,
            "response": Variable(("[repeat]", "stimulus", PLACE), "f", UNITS),
            "noise_ceiling": Variable((PLACE,), "f", required=False, minimum=0),
            "hemi": _text("vertex"),
            "target": _text("target"),
            "roi": _text("target"),
            "x": _metres("target"),
            "y": _metres("target"),
            "z": _metres("target"),
        },
    ),
    Group(
        "responses/eeg/{subject}",
        "Evoked responses of one subject, channel by time.",
        {
            "stimulus": ID,
            "response": Variable(("[repeat]", "stimulus", "channel", "time"), "f", UNITS),
            "noise_ceiling": Variable(("channel", "time"), "f", required=False, minimum=0),
            "channel": _text("channel", required=True),
            "time": Variable(("time",), NUMBER, ("s",)),
            "x": _metres("channel"),
            "y": _metres("channel"),
            "z": _metres("channel"),
        },
    ),
    Group(
        "responses/ieeg/{subject}",
        "Responses of one subject's contacts to each word.",
        {
            "stimulus": ID,
            "response": Variable(("[repeat]", "stimulus", "channel", "[time]"), "f", UNITS),
            "noise_ceiling": Variable(("channel", "[time]"), "f", required=False, minimum=0),
            "channel": _text("channel", required=True),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
            "x": _metres("channel"),
            "y": _metres("channel"),
            "z": _metres("channel"),
            "region": _text("channel"),
            "distance": _metres("channel"),
        },
    ),
    Group(
        "responses/rdm/{subject}",
        "Dissimilarities of one subject's responses, where only these were released.",
        {
            "stimulus": ID,
            "dissimilarity": Variable(("[repeat]", "[roi|time]", "pair"), "f"),
            "roi": _text("roi"),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
        },
    ),
    Group(
        "features/{model}/rdm",
        "A model that is known by its dissimilarities alone.",
        {"stimulus": ID, "dissimilarity": Variable(("layer", "pair"), "f"), **_LAYERS},
    ),
    Group(
        "features/{model}/{variant}",
        "Activations of every layer of a model, for one variant of the stimuli.",
        {"stimulus": ID, "feature": Variable(("stimulus", "layer", "unit"), "f"), **_LAYERS},
    ),
    Group(
        "results/rdm/{digest}",
        "Dissimilarities computed from features or responses.",
        {
            "stimulus": ID,
            "dissimilarity": Variable(("[layer|roi|time]", "pair"), "f"),
            "roi": _text("roi"),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
            **_LAYERS,
        },
    ),
    Group(
        "results/encoding/{digest}",
        "How well features predict responses, by layer and place.",
        {
            "score": Variable(SCORES, "f", required=True),
            "alpha": Variable(SCORES, "f", required=False, minimum=0),
            "p_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
            "q_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
            "noise_ceiling": Variable(SCORES, "f", required=False, minimum=0),
            "roi_score": Variable(("layer", "roi"), "f", required=False),
            "roi_interval": Variable(("layer", "roi", "bound"), "f", required=False),
            "roi_ceiling": Variable(("roi",), "f", required=False),
            "roi_prediction": Variable(("layer", "stimulus", "roi"), "f", required=False),
            "roi_response": Variable(("stimulus", "roi"), "f", required=False),
            **_RESULT_COORDS,
        },
    ),
    Group(
        "results/rsa/{digest}",
        "How like a model's geometry a brain's is, by layer.",
        {
            "score": Variable(SCORES, "f", required=True),
            "interval": Variable(INTERVALS, "f", required=False),
            "p_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
            "q_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
            "ceiling": Variable(("[roi]", "[time]", "bound"), "f", required=False),
            **_RESULT_COORDS,
        },
    ),
)

# Folders of a study that hold something else than Zarr groups.
FOLDERS = {
    "images": "pictures, or a reference to the foreign store that holds them",
    "models": "weights trained here, with their settings",
    "captions": "caption libraries with their embeddings",
}


def find_group(name: str) -> tuple[Group, dict[str, str]] | None:
    """The kind of group that ``name`` is a path of, with the names in the path."""
    for group in GROUPS:
        names = group.match(name)
        if names is not None:
            return group, names
    return None


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a study: where, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}, expected {self.expected}. {self.fix}"


def group_faults(name: str, dataset: xr.Dataset) -> list[Fault]:
    """Everything in which ``dataset`` is not what the group ``name`` should be (values unread)."""
    found = find_group(name)
    if found is None:
        return [
            Fault(
                name,
                "a group that the schema does not know",
                "one of " + ", ".join(g.pattern for g in GROUPS),
                "Rename it, or add it to the schema.",
            )
        ]
    group, _ = found
    return [*_missing(name, group, dataset), *_wrong(name, group, dataset)]


def _missing(name: str, group: Group, dataset: xr.Dataset) -> Iterator[Fault]:
    for key, variable in group.variables.items():
        if variable.required and key not in dataset.variables:
            yield Fault(
                f"{name}/{key}",
                "nothing",
                f"{KINDS[variable.kinds[0]]} {variable.describe()}",
                "Import or compute this group again.",
            )
    if group.either and not any(key in dataset.variables for key in group.either):
        yield Fault(name, "none of them", " or ".join(group.either), "Give at least one of these.")


def _wrong(name: str, group: Group, dataset: xr.Dataset) -> Iterator[Fault]:
    for key, values in dataset.variables.items():
        where = f"{name}/{key}"
        variable = group.variables.get(str(key))
        if variable is None:
            if key in dataset.dims:  # the bare index of a dim
                continue
            known = ", ".join(group.variables)
            yield Fault(where, "a variable", f"one of {known}", "Remove or rename it.")
            continue
        dims = tuple(str(d) for d in values.dims)
        if not variable.accepts(dims):
            yield Fault(
                where, f"dims ({', '.join(dims)})", variable.describe(), "Transpose or rename."
            )
        if _kind(values) not in variable.kinds:
            allowed = " or ".join(KINDS[k] for k in variable.kinds)
            yield Fault(where, f"dtype {values.dtype}", allowed, "Convert before importing.")
        units = values.attrs.get("units", "")
        if variable.units and units not in variable.units:
            allowed = " or ".join(repr(u) for u in variable.units)
            yield Fault(where, f"units {units!r}", allowed, "Convert, then set attrs['units'].")


def _kind(values: xr.Variable) -> str:
    kind = values.dtype.kind
    return "U" if kind in "OTU" else str(kind)
