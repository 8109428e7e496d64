"""What was planted in the embedded study is found again, and what was not is not."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy.stats import spearmanr

from explorer.analysis.results import find_result
from explorer.analysis.spec import fusion_spec, make_spec
from explorer.demo import plan
from explorer.demo.courses import COURSES
from explorer.demo.generate import read_scenes
from explorer.demo.tuning import TUNING
from explorer.state.maps import read_map
from explorer.state.planted import read_planted
from explorer.study.rois import regions

EVENT = [name for name, world in plan.FMRI.items() if world == "event"]
TOP = 20

# What the most driving stimuli of a region have to show, from its planted tuning.
SHOWS = {
    "FFA": lambda s: bool(s.people),
    "OFA": lambda s: bool(s.people),
    "EBA": lambda s: bool(s.people or s.animals),
    "FBA": lambda s: bool(s.people or s.animals),
    "food_m": lambda s: s.has("food"),
    "food_l": lambda s: s.has("food"),
    "VWFA": lambda s: bool(s.text),
    "PPA": lambda s: not s.agents,
    "RSC": lambda s: not s.close,
    "pSTS": lambda s: len(s.agents) > 1 or bool(s.people),
}


@pytest.fixture(scope="module")
def result(shipped):
    """Stored encoding result of a subject, model and variant."""

    @functools.cache
    def find(modality, subject, model=plan.MODEL, variant=""):
        spec = make_spec(shipped, modality, subject, model, "pearson", variant=variant)
        found = find_result(shipped, spec)
        assert found is not None, spec
        return found

    return find


@pytest.fixture(scope="module")
def scenes(shipped):
    return {s.number: s for s in read_scenes(shipped)}


@pytest.mark.parametrize("roi", SHOWS)
def test_captions_predicted_highest_show_what_was_planted(result, scenes, roi):
    rows = [result("fmri", s).roi_prediction.isel(layer=plan.LAYER).sel(roi=roi) for s in EVENT]
    mean = np.mean([r.values for r in rows], 0)
    ids = rows[0].stimulus.values[np.argsort(-mean)[:TOP]]
    assert np.mean([SHOWS[roi](scenes[int(i)]) for i in ids]) >= 0.8


def test_recovered_selectivity_follows_the_planted_one(shipped):
    state = {
        "modality": "fmri", "subject": "group", "model": plan.MODEL, "variant": "caption",
        "metric": "pearson", "layer": plan.LAYER, "atlas": "functional",
    }  # fmt: skip
    found = read_planted(shipped, state)
    assert found.r >= 0.95
    assert found.driven.sum() >= 15


def test_best_layer_of_contacts_rises_with_distance(shipped, result):
    subject = plan.IEEG
    score = result("ieeg", subject).score
    score = score.sel(time=score.time >= 0).mean("time").transpose("layer", "channel").values
    distance = shipped[f"responses/ieeg/{subject}"].distance.values
    rho = spearmanr(score.argmax(0), distance).statistic
    assert rho >= 0.5


@pytest.mark.parametrize("roi", COURSES)
def test_eeg_goes_with_a_region_when_its_source_peaks(shipped, roi):
    for subject in plan.EEG:
        found = find_result(shipped, fusion_spec(shipped, subject, "functional"))
        score = found.score.sel(roi=roi)
        strength = np.sqrt((score**2).mean("channel")).values
        peak = float(found.time.values[strength.argmax()])
        planted = float(shipped[f"truth/eeg/{subject}"].latency.sel(roi=roi))
        assert abs(peak - planted) <= 0.0205, (subject, peak, planted)


def test_captions_beat_categories_only_where_events_were_planted(result):
    """The difference changes sign between the worlds, over the regions that code events."""
    associative = ["pSTS", "STS", "AG", "ATL"]

    def gain(subject):
        full = result("fmri", subject).roi_score.sel(roi=associative).isel(layer=-1)
        categories = result("fmri", subject, "category").roi_score.sel(roi=associative)
        return (full - categories.isel(layer=0)).values

    for subject in EVENT:
        assert gain(subject).min() > 0.02
    assert gain("mystery").mean() < 0
    assert gain("mystery")[:2].max() < 0


def test_captions_beat_gabor_energy_in_associative_cortex_and_lose_in_v1(result):
    for subject in EVENT:
        text = result("fmri", subject).roi_score.isel(layer=plan.LAYER)
        gabor = result("fmri", subject, "gabor").roi_score.max("layer")
        assert float(text.sel(roi="FFA")) > float(gabor.sel(roi="FFA")) + 0.1
        assert float(text.sel(roi="V1")) < float(gabor.sel(roi="V1")) - 0.1


def test_false_discoveries_are_as_rare_as_the_correction_promises(shipped, result):
    false, found = 0, 0
    for subject in plan.FMRI:
        passing = result("fmri", subject).q_value.values < 0.05
        planted = shipped[f"truth/fmri/{subject}"].noise_ceiling.values > 0
        found += passing.sum()
        false += passing[:, ~planted].sum()
    assert found > 50_000
    assert false / found < 0.06


def test_no_region_in_which_nothing_was_planted_is_painted(shipped):
    silent = [n for n in regions_of(shipped) if n not in TUNING and n != "all"]
    assert {"HG", "IFGtri", "STG"} <= set(silent)
    state = {**plan.OPENING, "variant": "caption", "stimulus": -1, "channel": "", "pinned": ()}
    painted = np.isfinite(read_map(shipped, state).values)
    truth = [shipped[f"truth/fmri/{s}"].noise_ceiling.values > 0 for s in plan.FMRI]
    planted = np.any(truth, 0)  # subjects' own shifts bring in others
    for name in silent:
        places = regions_of(shipped)[name]
        places = places[~planted[places]]
        assert painted[places].sum() <= 0.03 * len(places), name


def regions_of(study):
    return regions(study, study["responses/fmri/sub-01"], "functional")
