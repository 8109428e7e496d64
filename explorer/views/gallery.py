"""Gallery: the stimuli's pictures, in the order that the selection gives them."""

from __future__ import annotations

from typing import Any

import panel as pn

from explorer.state.choices import OF_STIMULUS, ORDERS
from explorer.study.stimuli import image_files
from explorer.study.study import Study
from explorer.views.base import small_select
from explorer.views.ranked import RankedView


class Gallery(RankedView):
    """Pictures that drive the region most or least, by prediction or by measurement.

    A click also shows the picture's map on the cortex.
    """

    title = "Gallery"
    reads = (*RankedView.reads, "order")
    writes = (*RankedView.writes, "order", "quantity")

    @classmethod
    def applies(cls, study: Study) -> str:
        """Needs pictures."""
        if image_files(study):
            return ""
        return "The stimuli of this study have no pictures. Name them in the column image."

    def content(self) -> dict[str, Any]:
        """Tiles with a picture."""
        return {"kind": "tiles", "label": "pictures", "pictures": self.thumbnails}

    def build(self) -> pn.viewable.Viewable:
        """The tiles, and their order beside the title."""
        tiles = super().build()
        options = {label: order for order, label in ORDERS.items()}
        self._order = small_select(options, self.selection.order, 130)
        self._order.param.watch(self._set_order, "value")
        self.tools = (self._order,)
        return tiles

    def update(self) -> None:
        """Show the ranking, and by what it is."""
        super().update()
        if self._order.value != self.selection.order:
            self._order.value = self.selection.order

    def _set_order(self, event: Any) -> None:
        if event.new != self.selection.order:
            self.select(order=event.new)

    def _pick(self, stimulus: int, more: bool) -> None:
        super()._pick(stimulus, more)
        wanted = self.workspace.choices.has_cortex() and not more
        if wanted and self.selection.quantity not in OF_STIMULUS:
            self.select(quantity=OF_STIMULUS[0])
