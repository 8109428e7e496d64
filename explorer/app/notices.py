"""Errors, told: the one place where an exception becomes a message."""

from __future__ import annotations

import logging

import panel as pn
import panel_material_ui as pmui
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from explorer.errors import ExplorerError

log = logging.getLogger(__name__)

CLOSED = (WebSocketClosedError, StreamClosedError)
_LONG = 8000  # ms that a notice stays


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record of the event loop's log tells more than that a tab was closed meanwhile."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, CLOSED)


def tell(error: BaseException) -> None:
    """Show an error to the user; anything that is no ``ExplorerError`` is logged in full."""
    text = explain(error)
    if pn.state.notifications is not None:
        pn.state.notifications.error(text, duration=_LONG)


def warn_all(texts: list[str]) -> None:
    """Tell the user things that are no failure."""
    if pn.state.notifications is not None:
        for text in texts:
            pn.state.notifications.warning(text, duration=_LONG)


def explain(error: BaseException) -> str:
    """The message for an error; faults of the program go to the log with their traceback."""
    if isinstance(error, ExplorerError):
        return str(error)
    log.error("unexpected", exc_info=error)
    return "Something broke; the log has the details."


def error_page(error: BaseException) -> pmui.Page:
    """A page that says why there is no other, instead of a blank one."""
    text = explain(error)
    alert = pmui.Alert(object=text, alert_type="error", sizing_mode="stretch_width", margin=24)
    return pmui.Page(title="Brain-Language Explorer", main=[alert])
