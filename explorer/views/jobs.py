"""Jobs: what is being computed for this and other tabs, how far it is, and a way to stop it."""

from __future__ import annotations

import panel as pn

from explorer.state.jobs import QUEUED, RUNNING, Job
from explorer.views.base import View
from explorer.widgets.job_list import JobList


class Jobs(View):
    """All jobs of the server, the latest first."""

    title = "Jobs"
    reads = ("jobs_seen",)

    def build(self) -> pn.viewable.Viewable:
        """A list with progress bars."""
        self._list = JobList(on_cancel=self._cancel, sizing_mode="stretch_both")
        return self._list

    def update(self) -> None:
        """Show every job as it stands."""
        jobs = list(self.workspace.jobs.jobs)
        self._list.jobs = [_row(job) for job in reversed(jobs)]
        active = sum(job.active for job in jobs)
        self.describe(
            f"{active} active, {len(jobs)} in all" if jobs else "Nothing has been asked for."
        )

    def _cancel(self, identity: str) -> None:
        for job in list(self.workspace.jobs.jobs):
            if job.identity == identity:
                self.workspace.jobs.cancel(job)


def _row(job: Job) -> dict[str, object]:
    left = job.seconds_left
    note = job.note
    if job.status == RUNNING:
        remaining = f", {left:.0f} s left" if left is not None else ""
        note = f"{100 * job.share:.0f} %{remaining}. {job.note}"
    elif job.status == QUEUED:
        note = f"Waiting. It takes {job.cost}."
    return {
        "identity": job.identity,
        "title": job.title,
        "status": job.status,
        "active": job.active,
        "share": job.share,
        "note": note,
    }
