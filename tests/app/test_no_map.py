"""Responses on no mesh: the app says why there is no map, and everything else works."""

from pathlib import Path

import xarray as xr

from explorer.app.settings import Settings
from explorer.app.shell import Shell
from explorer.state.jobs import JobQueue


def status(study, home: Path) -> str:
    shell = Shell(study, JobQueue(), Settings(study=study.path, home=home), lambda f: f())
    try:
        return str(shell._status.object)
    finally:
        shell.close()


def test_app_says_why_there_is_no_map(study, tmp_path):
    for name in study.groups("responses/fmri/"):
        response = study[name].response.isel(vertex=slice(0, 50)).load()
        dims = ("repeat", "stimulus", "target")
        values = (dims, response.values, response.attrs)
        study.write(name, xr.Dataset({"response": values}, {"stimulus": response.stimulus.values}))
    study.describe(mesh="")
    assert "50 targets fit no known mesh" in status(study, tmp_path)


def test_nothing_is_said_where_there_is_a_mesh(study, tmp_path):
    assert "mesh" not in status(study, tmp_path)
