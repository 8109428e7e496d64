"""What can be chosen in a study, and how one choice follows from another."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from explorer.analysis.spec import GROUP, MEAN, MEASURES, MODALITIES, models, stimuli_of, variants
from explorer.errors import StudyError
from explorer.features.catalog import checkpoints
from explorer.features.support import is_at_hand
from explorer.state.selection import Selection
from explorer.study.rois import WHOLE, regions
from explorer.study.study import Study

_FIRST_TIME = 0.2  # s from onset: when a picture's responses are large
_SHOWN = 12  # names listed in a message


MINUS = "\N{MINUS SIGN}"

# What the cortex can show, in words.
QUANTITIES = {
    "score": "score",
    "normalised": "score / noise ceiling",
    "noise_ceiling": "noise ceiling",
    "best_layer": "best layer",
    "difference": f"model {MINUS} baseline",
    "predicted": "predicted response",
    "measured": "measured response",
}
OF_STIMULUS = ("predicted", "measured")  # what needs a stimulus in focus
ORDERS = {
    "": "highest predicted",
    "lowest": "lowest predicted",
    "measured": "highest measured",
    "measured_lowest": "lowest measured",
}
TRACES = {"": "automatic", "score": "score", "region": "region", "evoked": "response"}

_DECIDING = ("modality", "subject", "model", "variant", "atlas")  # what options depend on


# Fields that always have a value, in the order in which one follows from another.
_DEFAULTED = (
    "modality", "subject", "model", "variant", "metric", "layer", "atlas", "roi", "quantity",
    "order", "trace",
)  # fmt: skip


class Choices:
    """The allowed values of every field of the selection, given the others."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._find = functools.lru_cache(maxsize=512)(self._find_options)

    def options(self, field: str, state: dict[str, Any]) -> Sequence[Any] | None:
        """All values that ``field`` may have in ``state``; None if any value will do."""
        return self._find(field, *(state[f] for f in _DECIDING))

    def clear(self) -> None:
        """Look again: features were added."""
        self._find.cache_clear()

    def _find_options(self, field: str, *deciding: str) -> Sequence[Any] | None:
        finder = getattr(self, f"_{field}", None)
        return None if finder is None else finder(dict(zip(_DECIDING, deciding, strict=True)))

    def allows(self, field: str, value: Any, state: dict[str, Any]) -> bool:
        """Whether ``field`` may be ``value`` in ``state``."""
        options = self.options(field, state)
        if options is None:
            return True
        if isinstance(value, tuple):
            return all(v in options for v in value)
        return value in options

    def describe(self, field: str, state: dict[str, Any]) -> str:
        """What there is to choose from, for people."""
        options = self.options(field, state)
        if options is None:
            return "expected a number"
        if isinstance(options, range):
            return f"there are {options.start} to {options.stop - 1}"
        names = [str(o) for o in options if o not in ("", -1)]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return f"there are: {', '.join(names[:_SHOWN]) or 'none'}{more}"

    def settle(self, state: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
        """The whole state after ``changes``: fields that no longer fit take their default."""
        new = {**state, **changes}
        for field in _DEFAULTED:
            if not self.allows(field, new[field], new):
                new[field] = self.default(field, new)
        for field, empty in (("baseline", ""), ("channel", ""), ("stimulus", -1)):
            if not self.allows(field, new[field], new):
                new[field] = empty
        if new["stimulus"] < 0 and new["quantity"] in OF_STIMULUS:
            new["quantity"] = self.default("quantity", new)
        for field in ("pinned", "stimuli"):
            options = self.options(field, new) or ()
            new[field] = tuple(v for v in new[field] if v in options)
        times = self.options("times", new)
        arriving = "modality" in changes and "time" not in changes
        if times and (arriving or not times[0] <= new["time"] <= times[-1]):
            new["time"] = min(times, key=lambda t: abs(t - _FIRST_TIME))
        return new

    def default(self, field: str, state: dict[str, Any]) -> Any:
        """The value that ``field`` opens with in ``state``."""
        options = self.options(field, state)
        if not options:
            return 0 if field == "layer" else ""
        if field == "layer":
            return options[-1]
        return options[0]

    def initial(self) -> dict[str, Any]:
        """The state that the study opens with.

        Raises
        ------
        StudyError
            if the study has no responses, so that there is nothing to explore
        """
        if not self.study.groups("responses/"):
            raise StudyError(
                f"{self.study.path.name} has no responses, so there is nothing to explore. "
                f"Import some: `python -m explorer import folder SOURCE {self.study.path}`."
            )
        never = -1e9  # lies in no study, so that settling gives the field its default
        state: dict[str, Any] = {**Selection().to_dict(), "layer": -1, "time": never}
        opening = self.study.manifest.extra.get("opening", {})
        state = self.settle(state, {})
        for field in [f for f in state if f in opening]:  # in their order, as a link is read
            if self.allows(field, opening[field], state):
                state = self.settle(state, {field: opening[field]})
        return {**state, "time": 0.0 if state["time"] == never else state["time"]}

    def extractable(self, modality: str) -> list[str]:
        """Models of the catalogue that are at hand and whose features have yet to be extracted."""
        if modality == "ieeg" or "stimuli/images" not in self.study:
            return []
        stimuli = self.study["stimuli/images"]
        needed = {"text": "caption", "image": "image", "label": "condition"}
        known = models(self.study, modality)
        return [
            name
            for name, checkpoint in checkpoints().items()
            if name not in known
            and needed.get(checkpoint.modality, "") in stimuli
            and is_at_hand(checkpoint)
        ]

    def _modality(self, state: dict[str, Any]) -> list[str]:
        return [m for m in MODALITIES if self.study.groups(f"responses/{m}/")]

    def _subject(self, state: dict[str, Any]) -> list[str]:
        names = self.study.names(f"responses/{state['modality']}/")
        several = [GROUP] if len(names) > 1 else []
        mean = [MEAN] if len(names) > 1 and state["modality"] != "ieeg" else []
        return [*several, *names, *mean]

    def _model(self, state: dict[str, Any]) -> list[str]:
        modality = state["modality"]
        return [*models(self.study, modality), *self.extractable(modality)]

    def _baseline(self, state: dict[str, Any]) -> list[str]:
        model, modality = state["model"], state["modality"]
        others = [m for m in models(self.study, modality) if m != model]
        own = [v for v in variants(self.study, model, modality) if v != state["variant"]]
        return ["", *others, *(f"{model}/{v}" for v in own)]

    def _quantity(self, state: dict[str, Any]) -> list[str]:
        return list(QUANTITIES) if self.has_cortex() else [""]

    def _order(self, state: dict[str, Any]) -> list[str]:
        return list(ORDERS)

    def _trace(self, state: dict[str, Any]) -> list[str]:
        return list(TRACES) if self.study.groups("responses/eeg/") else [""]

    def has_cortex(self) -> bool:
        """Whether there is anything to paint on a mesh."""
        return bool(self.study.manifest.mesh and self.study.groups("responses/fmri/"))

    def _variant(self, state: dict[str, Any]) -> list[str]:
        found = variants(self.study, state["model"], state["modality"])
        return sorted(found, key=lambda v: v != "caption") or [""]

    def _metric(self, state: dict[str, Any]) -> list[str]:
        only_rsa = state["modality"] == "rdm" or state["variant"] == "rdm"
        return [n for n, m in MEASURES.items() if m.analysis == "rsa" or not only_rsa]

    def _layer(self, state: dict[str, Any]) -> range:
        return range(self.n_layers(state))

    def n_layers(self, state: dict[str, Any]) -> int:
        """Layers of the model in ``state``, embedding included; the catalogue's if unextracted."""
        group = self.study.get(f"features/{state['model']}/{state['variant']}")
        if group is not None:
            return int(group.sizes["layer"])
        checkpoint = checkpoints().get(state["model"])
        return checkpoint.layers if checkpoint is not None else 1

    def _atlas(self, state: dict[str, Any]) -> list[str]:
        names = self.study.names("rois/")
        return names if state["modality"] == "fmri" and self.study.manifest.mesh else [""]

    def _roi(self, state: dict[str, Any]) -> list[str]:
        group = self._responses(state)
        if group is None:
            return [WHOLE]
        if state["modality"] == "rdm":
            return [str(n) for n in group.roi.values] if "roi" in group.coords else [WHOLE]
        return list(regions(self.study, group, state["atlas"]))

    def _pinned(self, state: dict[str, Any]) -> list[str]:
        return self._roi(state)

    def _channel(self, state: dict[str, Any]) -> list[str]:
        group = self._with_time(state)
        if group is None or "channel" not in group.coords:
            return [""]
        return ["", *(str(c) for c in group.channel.values)]

    def _times(self, state: dict[str, Any]) -> list[float]:
        group = self._with_time(state)
        return [] if group is None or "time" not in group.coords else group.time.values.tolist()

    def _with_time(self, state: dict[str, Any]) -> Any:
        """The responses that channel and time belong to: EEG beside fMRI."""
        if state["modality"] == "fmri":
            return self._responses({**state, "modality": "eeg"})
        return self._responses(state)

    def _responses(self, state: dict[str, Any]) -> Any:
        names = self.study.names(f"responses/{state['modality']}/")
        if not names:
            return None
        subject = state["subject"] if state["subject"] in names else names[0]
        return self.study[f"responses/{state['modality']}/{subject}"]

    def _stimulus(self, state: dict[str, Any]) -> list[int]:
        source = stimuli_of(state["modality"])
        group = self.study.get(source)
        return [-1] if group is None else [-1, *group.stimulus.values.tolist()]

    def _stimuli(self, state: dict[str, Any]) -> list[int]:
        return self._stimulus(state)


def in_modality(study: Study, state: dict[str, Any], modality: str) -> dict[str, Any]:
    """The state as a view of ``modality`` sees it: all its subjects, if another is in focus."""
    if state["modality"] == modality:
        return state
    names = study.names(f"responses/{modality}/")
    subject = GROUP if len(names) > 1 else (names or [""])[0]
    known = variants(study, state["model"], modality)
    variant = state["variant"]
    if variant not in known:
        variant = "caption" if "caption" in known else (known or [""])[0]
    atlas = state["atlas"]
    if modality == "fmri" and not atlas:  # no other modality has one
        atlas = next(iter(study.names("rois/")), "")
    seen = {"modality": modality, "subject": subject, "variant": variant, "atlas": atlas}
    return {**state, **seen}
