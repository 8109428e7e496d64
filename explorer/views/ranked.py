"""A ranked list of stimuli: what captions and gallery have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import panel as pn

from explorer.state.ranking import Ranking
from explorer.views.base import View, legend_entry
from explorer.widgets import theme
from explorer.widgets.stimulus_list import StimulusList


class RankedView(View):
    """Stimuli in the order of the workspace's ranking; click focuses, shift-click collects."""

    reads: ClassVar[tuple[str, ...]] = ("ranking", "stimulus", "stimuli")
    writes: ClassVar[tuple[str, ...]] = ("stimulus", "stimuli")

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """What the list shows of each stimulus: arguments of ``StimulusList``."""

    def build(self) -> pn.viewable.Viewable:
        """One virtual list."""
        self._list = StimulusList(
            **self.content(),
            on_pick=self._pick,
            on_clear=self._clear,
            sizing_mode="stretch_both",
        )
        return self._list

    def update(self) -> None:
        """Show the ranking, the stimulus in focus and those chosen."""
        ranking: Ranking | None = self.workspace.ranking
        if ranking is None:
            self.describe("")
            self.say(self._why_nothing())
            return
        self.say("")
        labels = (ranking.label, ranking.second_label)
        self._list.show(ranking.stimulus, ranking.value, ranking.second, labels, ranking.note)
        chosen = list(self.selection.stimuli)
        if (self._list.focus, self._list.chosen) != (self.selection.stimulus, chosen):
            self._list.param.update(focus=self.selection.stimulus, chosen=chosen)
        legend = [legend_entry(ranking.label, theme.ACCENT)]
        if ranking.second_label and self._list.kind == "rows":
            legend.append(legend_entry(ranking.second_label, theme.MUTED))
        self.describe(ranking.about, "".join(legend))

    def _pick(self, stimulus: int, more: bool) -> None:
        if not more:
            self.select(stimulus=stimulus)
            return
        chosen = self.selection.stimuli
        kept = tuple(s for s in chosen if s != stimulus)
        self.select(stimulus=stimulus, stimuli=kept if stimulus in chosen else (*kept, stimulus))

    def _why_nothing(self) -> str:
        modality = self.selection.modality
        if modality == "ieeg":
            return "The words of a story have neither captions nor pictures. Choose fMRI or EEG."
        how = self.study.promised(*self.study.groups(f"responses/{modality}/"))
        if how:
            return f"The responses are not there yet: they are {how}."
        return "There is nothing to rank the stimuli by in this selection."

    def _clear(self) -> None:
        self.select(stimulus=-1, stimuli=())
