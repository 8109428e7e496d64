"""Captions: what the stimuli show, in the order that the selection gives them."""

from __future__ import annotations

from typing import Any

from explorer.study.stimuli import captions
from explorer.study.study import Study
from explorer.views.ranked import RankedView
from explorer.widgets.stimulus_list import shorten


class Captions(RankedView):
    """Captions ranked by predicted or measured response, or by likeness to the chosen stimulus."""

    title = "Captions"

    @classmethod
    def applies(cls, study: Study) -> str:
        """Needs captions."""
        if any(captions(study).values()):
            return ""
        return "The stimuli of this study have no captions. Add columns caption_0, … and import."

    def content(self) -> dict[str, Any]:
        """Rows of text."""
        self._captions = captions(self.study)
        return {"kind": "rows", "label": "captions", "texts": self._texts}

    def _texts(self, ids: list[int]) -> dict[int, str]:
        return {i: shorten(self._captions.get(i, ())) for i in ids}
