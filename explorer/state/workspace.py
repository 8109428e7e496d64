"""What the selection points at, kept up to date; what is missing can be asked for as a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import param

from explorer.analysis.costs import Cost, estimate
from explorer.analysis.geometry import rdm_specs
from explorer.analysis.pipeline import estimate_features, find_missing
from explorer.analysis.spec import MEASURES, Spec, make_spec, models
from explorer.errors import ExplorerError
from explorer.state.choices import Choices
from explorer.state.contacts import read_contacts
from explorer.state.courses import read_courses
from explorer.state.curves import Curves, read_curves, subjects_of
from explorer.state.jobs import DONE, Job, JobQueue
from explorer.state.maps import read_map
from explorer.state.pairs import read_pairs
from explorer.state.planted import read_planted
from explorer.state.ranking import read_ranking
from explorer.state.selection import Selection, fields
from explorer.study.digest import digest_json
from explorer.study.study import Study


def _on(*names: str) -> tuple[str, ...]:
    return tuple(f"selection.{name}" for name in names)


# What every picked array depends on.
_MODEL = _on("modality", "subject", "model", "variant", "atlas")
_PLACE = (*_MODEL, *_on("roi", "channel", "time"))

FIRST = ("surface", "curves", "ranking", "courses")  # what a page shows when it opens
PICKS = (*FIRST, "contacts", "planted", "pairs")


@dataclass(frozen=True)
class Wish:
    """Work that would fill what is missing: what, its cost, and what the worker is told."""

    title: str
    cost: str
    steps: tuple[dict[str, Any], ...]


class Workspace(param.Parameterized):
    """Data of one tab. Its watchers run before those of views, which so never see a mixture.

    Parameters
    ----------
    study, jobs : shared by all tabs
    device : to compute on
    wanted : names in ``PICKS`` that are kept up to date from the start; see ``want``
    """

    selection: Selection = param.ClassSelector(  # type: ignore[assignment]
        class_=Selection, doc="what the tab looks at"
    )
    revision = param.Integer(0, doc="counts the times that new results arrived")
    jobs_seen = param.Integer(0, doc="counts the changes of jobs")
    curves = param.Parameter(Curves((), {}, ()), doc="scores over layers")
    ranking = param.Parameter(None, allow_None=True, doc="stimuli in order; None: nothing to go by")
    pairs = param.Parameter(None, allow_None=True, doc="geometry of brain and model")
    surface = param.Parameter(None, allow_None=True, doc="one number per vertex")
    courses = param.Parameter(None, allow_None=True, doc="EEG over channels, times and layers")
    contacts = param.Parameter(None, allow_None=True, doc="iEEG contacts with their numbers")
    planted = param.Parameter(None, allow_None=True, doc="what was planted, and what is recovered")

    def __init__(
        self,
        study: Study,
        jobs: JobQueue,
        device: str = "auto",
        wanted: Iterable[str] = PICKS,
    ) -> None:
        self.study = study
        self.jobs = jobs
        self.device = device
        self.choices = Choices(study)
        self.initial = self.choices.initial()
        self._wanted: set[str] = set(wanted)
        self._stale: set[str] = set()
        self._heard = ""
        super().__init__(selection=Selection(**self.initial))
        for name in PICKS:
            getattr(self, f"_read_{name}")()

    def want(self, names: set[str]) -> None:
        """Keep only these arrays up to date: others are read again when they are wanted."""
        self._wanted = names
        for name in self._stale & names:
            getattr(self, f"_read_{name}")()

    def select(self, **changes: Any) -> None:
        """Change the selection; what no longer fits follows, and all changes at once."""
        now = self.selection.to_dict()
        settled = self.choices.settle(now, changes)
        self.restore(settled)

    def restore(self, state: dict[str, Any]) -> None:
        """Set every field that differs from ``state``, in one update."""
        now = self.selection.to_dict()
        self.selection.param.update(**{k: state[k] for k in fields() if state[k] != now[k]})

    def wish(self, *, only_rdms: bool = False) -> Wish:
        """What it would take to compute what the selection asks for, or its RDMs alone."""
        state = self.selection.to_dict()
        model = state["model"]
        extracted = model in models(self.study, state["modality"])
        steps: list[dict[str, Any]] = []
        cost = Cost(0.0, 0)
        if not extracted:
            steps.append({"extract": {"model": model, "variant": ""}})
            cost += estimate_features(self.study, model)
        for subject in subjects_of(self.study, state):
            wish = {
                "modality": state["modality"],
                "subject": subject,
                "model": model,
                "measure": "rdm_spearman" if only_rdms else state["metric"],
                "variant": state["variant"] if extracted else "",
                "atlas": state["atlas"],
            }
            steps.append({"rdms" if only_rdms else "wish": wish})
            cost += self._cost(wish, only_rdms=only_rdms)
        what = "RDMs" if only_rdms else MEASURES[state["metric"]].label
        first = "" if extracted else "features, then "
        title = f"{first}{what}: {model}, {state['modality']}, {state['subject']}"
        return Wish(title, str(cost), tuple(steps))

    def wish_for(self, specs: tuple[Spec, ...], title: str) -> Wish:
        """What it would take to compute these very specs."""
        cost = sum((estimate(self.study, s) for s in specs), Cost(0.0, 0))
        return Wish(title, str(cost), tuple({"spec": asdict(s)} for s in specs))

    def lacks(self, wish: Wish) -> bool:
        """Whether any of the wish has yet to be computed."""
        for step in wish.steps:
            try:
                if "extract" in step or find_missing(self.study, _specs(self.study, step)):
                    return True
            except ExplorerError:
                return True
        return False

    def start(self, wish: Wish) -> Job:
        """Begin the work; tabs that ask for the same get the same job."""
        overlay = self.study.overlay
        request = {
            "study": str(self.study.path.resolve()),
            "overlay": str(overlay.resolve()) if overlay else None,
            "device": self.device,
            "steps": list(wish.steps),
        }
        return self.jobs.submit(wish.title, wish.cost, digest_json(request), request)

    def job_for(self, wish: Wish) -> Job | None:
        """The job that is doing the work of ``wish``, or did it in vain; None if nobody began."""
        steps = list(wish.steps)
        same = [j for j in self.jobs.jobs if j.request["steps"] == steps and j.status != DONE]
        return same[-1] if same else None

    def job_changed(self, job: Job) -> None:
        """Take note that a job is further; look again for results if it is done."""
        self.jobs_seen += 1
        if job.status == DONE:
            self.arrived()
        elif job.active and self.curves.missing and job.note != self._heard:
            self._heard = job.note  # it names the layer: another may be done
            self._read_curves()

    def arrived(self) -> None:
        """Look again for features and results."""
        self.study.refresh()
        self.choices.clear()
        self.restore(self.choices.settle(self.selection.to_dict(), {}))
        self.revision += 1

    def _cost(self, wish: dict[str, Any], *, only_rdms: bool) -> Cost:
        try:
            specs = _specs(self.study, {"rdms" if only_rdms else "wish": wish})
            return sum((estimate(self.study, s) for s in specs), Cost(0.0, 0))
        except ExplorerError:  # features that are still to come have no known shape
            return Cost(1.0, 0)

    def _pick(self, name: str, read: Callable[[Study, dict[str, Any]], Any]) -> None:
        if name in self._wanted:
            self._stale.discard(name)
            setattr(self, name, read(self.study, self.selection.to_dict()))
        else:
            self._stale.add(name)

    @param.depends(
        *_MODEL, *_on("metric", "layer", "baseline", "quantity", "stimulus"), "revision", watch=True
    )
    def _read_surface(self) -> None:
        self._pick("surface", read_map)

    @param.depends(*_PLACE, *_on("metric", "pinned"), "revision", watch=True)
    def _read_curves(self) -> None:
        self._pick("curves", read_curves)

    @param.depends(*_PLACE, *_on("metric", "layer", "stimulus", "order"), "revision", watch=True)
    def _read_ranking(self) -> None:
        self._pick("ranking", read_ranking)

    @param.depends(
        *_MODEL, *_on("metric", "layer", "roi", "channel", "stimulus", "trace"), "revision",
        watch=True,
    )  # fmt: skip
    def _read_courses(self) -> None:
        self._pick("courses", read_courses)

    @param.depends(*_MODEL, *_on("metric"), "revision", watch=True)
    def _read_contacts(self) -> None:
        self._pick("contacts", read_contacts)

    @param.depends(*_MODEL, *_on("metric", "layer"), "revision", watch=True)
    def _read_planted(self) -> None:
        self._pick("planted", read_planted)

    @param.depends(*_PLACE, *_on("layer"), "revision", watch=True)
    def _read_pairs(self) -> None:
        self._pick("pairs", read_pairs)


def _specs(study: Study, step: dict[str, Any]) -> list[Spec]:
    """The specs that a step of a wish stands for."""
    if "spec" in step:
        return [Spec(**step["spec"])]
    if "rdms" in step:
        return rdm_specs(make_spec(study, **step["rdms"]))
    return [make_spec(study, **step["wish"])]
