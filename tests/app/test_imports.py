"""The program starts without what only computing needs."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "modules",
    [
        "explorer.app.cli, explorer.app.compute, explorer.app.shell, explorer.app.server",
        "explorer.analysis.worker",
    ],
)
def test_starting_loads_neither_torch_nor_transformers(modules):
    code = f"import {modules}, sys; print({{'torch', 'transformers'}} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"


def test_state_is_loaded_without_panel():
    code = "import explorer.state.workspace, sys; print('panel' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_module_can_be_run():
    told = subprocess.run(
        [sys.executable, "-m", "explorer", "--help"], capture_output=True, text=True, check=True
    )
    assert "encode" in told.stdout
