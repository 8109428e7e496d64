"""Texts of the folder layout that a model is shown in place of the captions, such as nouns."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from explorer.importers.plan import Plan, check_name, fault
from explorer.importers.tables import Table, integers, read_table, text

_TEXT = re.compile(r"text_(\d+)")


def plan_texts(plan: Plan, stimulus: np.ndarray) -> None:
    """Plan ``texts/<variant>.csv``: ``stimulus,text_0,text_1,…``, each text a part of its own.

    Parameters
    ----------
    stimulus : ids of the images; rows may be in any order, and stimuli may be left out
    """
    folder = plan.source / "texts"
    if not folder.is_dir():
        return
    files = sorted(p for p in folder.glob("*.csv") if not p.name.startswith("."))
    plan.note_ignored(folder, [f.name for f in files], "<variant>.csv")
    for file in files:
        table = read_table(file, ("stimulus",))
        ids = integers(file, table, "stimulus")
        _check_ids(file, ids, stimulus)
        matches = {name: _TEXT.fullmatch(name) for name in table}
        numbered = {name: int(match[1]) for name, match in matches.items() if match}
        if not numbered:
            raise fault(
                file, f"columns {', '.join(table)}", "text_0, text_1, …", "Rename the columns."
            )
        columns = sorted(numbered, key=lambda name: numbered[name])
        plan.add(f"texts/{check_name(file, file.stem)}", partial(_texts, table, ids, columns))


def _check_ids(file: Path, ids: np.ndarray, stimulus: np.ndarray) -> None:
    unique, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        twice = unique[counts > 1][0]
        raise fault(file, f"stimulus {twice} twice", "each id once", "Put its texts in one row.")
    strange = ids[~np.isin(ids, stimulus)]
    if strange.size:
        raise fault(
            file, f"stimulus {strange[0]}", "an id of stimuli.csv", "Correct it, or remove the row."
        )


def _texts(table: Table, ids: np.ndarray, columns: list[str]) -> xr.Dataset:
    cells = np.stack([text(table[name]) for name in columns], axis=1)
    return xr.Dataset({"text": (("stimulus", "caption_index"), cells)}, {"stimulus": ids})
