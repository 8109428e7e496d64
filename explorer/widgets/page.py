"""The page itself: its address, its keys, its connection to the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from explorer.assets import asset


class PageBridge(JSComponent):
    """Writes the query into the address, and tells of Back and of keys.

    Parameters
    ----------
    on_query : called with the query that Back or Forward leads to
    on_key : called with (key, whether shift was held)
    """

    query = param.String("", doc="what the address should say after the path")

    _esm = asset("page.js")

    def __init__(
        self,
        *,
        on_query: Callable[[str], None],
        on_key: Callable[[str, bool], None],
        **params: Any,
    ) -> None:
        self._on_query = on_query
        self._on_key = on_key
        super().__init__(**params)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if "query" in data:
            self._on_query(str(data["query"]))
        elif "key" in data:
            self._on_key(str(data["key"]), bool(data.get("shift")))
