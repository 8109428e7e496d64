"""Brain-Language Explorer: which layer of which model explains which patch of cortex, and when.

What lives where, from the ground up; imports point down only:

- ``errors``, ``registry``, ``assets``: messages for users, tables of what can be added, files
- ``study``: the schema, the files, alignment by label; ``engine``: every formula, in torch
- ``features``: models to features; ``importers``: foreign data to groups
- ``analysis``: labelled runs: align, compute, relabel, store
- ``demo``: the embedded study: drawn scenes, a story, simulated brains with a known answer
- ``state``: what one tab looks at, jobs, the address; ``widgets``: things to draw with
- ``views``: one file per view
- ``app``: layout, controls, server, command line

A *study* is a folder of *groups*; a *stimulus* has a *response* at every *target* and *features* in
every *layer* of a *model*; an *analysis* gives a *score*. The README has all the words.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.study.study import Study


def open_study(path: Path | str) -> Study:
    """Open the study in a folder; ``study["responses/fmri/sub-01"]`` reads a group lazily.

    Raises
    ------
    StudyError
        if there is none, or it was written by another version
    """
    study: Study = import_module("explorer.study.study").Study(Path(path))
    return study
