"""What is told, and what is not worth telling."""

import logging

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from explorer.app.notices import explain, is_news
from explorer.errors import StudyError


def record(error):
    exc_info = None if error is None else (type(error), error, None)
    return logging.LogRecord("asyncio", logging.ERROR, "", 0, "text", (), exc_info)


def test_a_tab_that_closed_meanwhile_is_no_news():
    assert not is_news(record(WebSocketClosedError()))
    assert not is_news(record(StreamClosedError()))


def test_every_other_fault_of_the_loop_is():
    assert is_news(record(ValueError("x")))
    assert is_news(record(None))


def test_errors_for_users_keep_their_words_and_others_go_to_the_log(caplog):
    assert explain(StudyError("no study here")) == "no study here"
    assert explain(ZeroDivisionError("secret")) == "Something broke; the log has the details."
    assert "secret" in caplog.text
