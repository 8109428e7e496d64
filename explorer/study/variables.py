"""What a variable and a group of a study are: dims, dtype, units and bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

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
    "features": "one of several sets of features: model/variant:layer",
    "model": "model/variant whose scores are compared",
    "other": "the model that it is compared with",
    "test": "name of a statistical test",
    "cluster_number": "cluster of neighbouring points, from 1",
    "bound": "lower and upper end of an interval",
    "dimension": "name of a planted dimension of meaning",
    "part": "what a planted response is mixed from, or sets of features share",
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


ID = Variable(("stimulus",), "iu")  # of the stimuli of a group


def text_variable(*dims: str, required: bool = False) -> Variable:
    """A variable of text."""
    return Variable(dims, "U", required=required)


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
