"""The selection: what one tab looks at. The only state views share; every field is JSON."""

from __future__ import annotations

from typing import Any

import param


class Selection(param.Parameterized):
    """One value per question a view may ask. Focus is singular, a choice is plural.

    Fields that depend on the study are filled by ``Choices.settle``; "" and () mean none.
    """

    modality = param.String("", doc="fmri, eeg, ieeg or rdm")
    subject = param.String("", doc="a subject, 'group' (mean of scores) or 'mean' (mean response)")
    model = param.String("", doc="the model whose layers are explored")
    baseline = param.String("", doc="model to subtract; empty is none")
    variant = param.String("", doc="which variant of the stimuli the features are of")
    metric = param.String("", doc="name of the measure")
    layer = param.Integer(0, bounds=(0, None), doc="0 is the embedding")
    atlas = param.String("", doc="where the names of regions come from")
    roi = param.String("", doc="the region in focus")
    pinned = param.ClassSelector(default=(), class_=tuple, doc="regions kept for comparison")
    vertex = param.Integer(-1, doc="the vertex in focus; -1 is none")
    channel = param.String("", doc="the channel in focus; empty is all")
    time = param.Number(0.0, doc="seconds from stimulus onset")
    window = param.ClassSelector(default=(), class_=tuple, doc="first and last second of interest")
    stimulus = param.Integer(-1, doc="the stimulus in focus; -1 is none")
    stimuli = param.ClassSelector(
        default=(), class_=tuple, doc="stimuli chosen, such as the two of a pair"
    )
    threshold = param.Number(0.0, doc="magnitudes below are not painted")
    quantity = param.String("", doc="what the cortex shows; see ``QUANTITIES``")
    order = param.String("", doc="what stimuli are ranked by, and which end first; see ``ORDERS``")
    trace = param.String("", doc="what the EEG views show: '' by itself, score, region or evoked")

    def to_dict(self) -> dict[str, Any]:
        """Every field, as plain JSON values."""
        return {name: _plain(getattr(self, name)) for name in fields()}


def fields() -> list[str]:
    """Names of the fields, in the order of the class."""
    return [name for name in Selection.param if name != "name"]


def coerce(field: str, value: Any) -> Any:
    """``value`` as the field holds it.

    Raises
    ------
    ValueError, TypeError
        if it is of the wrong kind
    """
    kind = Selection.param[field]
    if isinstance(kind, param.Integer):
        if isinstance(value, bool) or int(value) != float(value):
            raise ValueError(value)
        return int(value)
    if isinstance(kind, param.Number):
        number = float(value)
        if number != number or abs(number) == float("inf"):  # noqa: PLR0124 - NaN
            raise ValueError(value)
        return number
    if isinstance(kind, param.ClassSelector):
        if not isinstance(value, list | tuple):
            raise TypeError(value)
        if field == "window" and value:
            first, last = (coerce("time", v) for v in value)  # two numbers, or ValueError
            return (first, last)
        return tuple(_plain(v) for v in value)
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    return value.item() if hasattr(value, "item") else value
