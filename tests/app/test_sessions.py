"""Closed tabs leave nothing behind on the server."""

import json
import socket
import subprocess
import sys

SCRIPT = """
import gc, json, os, sys, time
from pathlib import Path
import panel as pn
from bokeh.client import pull_session
from explorer.app.server import Server
from explorer.app.settings import Settings
from explorer.app.shell import Shell
from explorer.state.jobs import JobQueue
from explorer.study.study import Study

path, port = Path(sys.argv[1]), int(sys.argv[2])
server = Server(Study(path), Settings(study=path, home=path.parent), JobQueue())
pn.serve(
    {"/": server.page}, port=port, show=False, threaded=True, address="127.0.0.1",
    websocket_origin=[f"127.0.0.1:{port}"], title="test",
    unused_session_lifetime_milliseconds=200, check_unused_sessions_milliseconds=100,
)

def alive():
    gc.collect()
    return sum(isinstance(o, Shell) for o in gc.get_objects())

url, most = f"http://127.0.0.1:{port}/", 0
for _ in range(3):
    for attempt in range(50):
        try:
            session = pull_session(url=url)
            break
        except OSError:
            time.sleep(0.2)
    session.force_roundtrip()
    most = max(most, alive())
    session.close()
for _ in range(100):
    if not alive():
        break
    time.sleep(0.1)
views = len(pn.state._views)
sys.__stdout__.write(json.dumps({"most": most, "left": alive(), "views": views}) + "\\n")
sys.__stdout__.flush()
os._exit(0)
"""


def test_nothing_of_a_closed_tab_stays(study):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SCRIPT, str(study.path), str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["most"] >= 1, done.stderr
    assert told["left"] == 0
    assert told["views"] == 0
