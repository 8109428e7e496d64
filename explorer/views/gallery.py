"""Gallery: the stimuli's pictures, in the order that the selection gives them."""

from __future__ import annotations

from typing import Any

from explorer.study.stimuli import image_files
from explorer.study.study import Study
from explorer.views.ranked import RankedView


class Gallery(RankedView):
    """Pictures ranked by predicted or measured response, or by likeness to the chosen stimulus."""

    title = "Gallery"

    @classmethod
    def applies(cls, study: Study) -> str:
        """Needs pictures."""
        if image_files(study):
            return ""
        return "The stimuli of this study have no pictures. Name them in the column image."

    def content(self) -> dict[str, Any]:
        """Tiles with a picture."""
        return {"kind": "tiles", "label": "pictures", "pictures": self.thumbnails}
