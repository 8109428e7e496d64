"""Jobs as a list with progress bars and buttons that cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from explorer.assets import asset


class JobList(JSComponent):
    """Rows of jobs.

    Parameters
    ----------
    on_cancel : called with the identity of the job to stop
    """

    jobs = param.List([], doc="dicts of identity, title, status, active, share and note")

    _esm = asset("job_list.js")

    def __init__(self, *, on_cancel: Callable[[str], None], **params: Any) -> None:
        self._on_cancel = on_cancel
        super().__init__(**params)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if "cancel" in data:
            self._on_cancel(str(data["cancel"]))
