import pytest

from explorer.widgets.job_list import JobList
from explorer.widgets.page import PageBridge


@pytest.fixture
def heard():
    return []


def test_page_tells_of_back_and_of_keys(heard):
    page = PageBridge(
        on_query=heard.append,
        on_key=lambda key, shift: heard.append((key, shift)),
    )
    page._handle_msg({"query": "?roi=late"})
    page._handle_msg({"key": "ArrowLeft", "shift": True})
    page._handle_msg({"key": "Escape"})
    page._handle_msg({"unknown": 1})
    assert heard == ["?roi=late", ("ArrowLeft", True), ("Escape", False)]


def test_job_list_tells_which_job_to_stop(heard):
    jobs = JobList(on_cancel=heard.append)
    jobs._handle_msg({"cancel": "job-3"})
    jobs._handle_msg({})
    assert heard == ["job-3"]
