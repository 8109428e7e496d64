"""What analyses are expected to take: known for every one, and more for more work."""

from __future__ import annotations

import math

import pytest

from explorer.analysis import ANALYSES
from explorer.analysis.costs import COSTS, Cost, estimate
from explorer.analysis.geometry import rdm_specs
from explorer.analysis.method_specs import (
    clusters_spec,
    comparison_spec,
    fractional_spec,
    partition_spec,
)
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import (
    fusion_spec,
    make_spec,
    searchlight_spec,
    weights_spec,
)
from explorer.errors import UnknownNameError
from explorer.study.synthetic import MODEL

FEW = {"n_bootstraps": 20, "n_permutations": 20}


def test_every_analysis_has_a_cost():
    assert set(COSTS) == set(ANALYSES)


@pytest.fixture(scope="module")
def specs(computed_study):
    """A spec of every analysis, by name."""
    study = computed_study
    subjects = study.names("responses/fmri/")
    encoding = make_spec(study, "fmri", subjects[0], MODEL, "pearson")
    named = {
        f"model {k}": {s: make_spec(study, "fmri", s, MODEL, "pearson").result_name(study)
                       for s in subjects}
        for k in range(2)
    }  # fmt: skip
    rsa = make_spec(study, "fmri", subjects[0], MODEL, "rdm_spearman")
    return {
        "encoding": encoding,
        "fractional": fractional_spec(study, "fmri", subjects[0], MODEL, "pearson"),
        "partition": partition_spec(study, "fmri", subjects[0], [f"{MODEL}:0", f"{MODEL}:1"]),
        "weights": weights_spec(encoding, 0),
        "rsa": rsa,
        "rdm": rdm_specs(rsa)[0],
        "searchlight": searchlight_spec(study, subjects[0], MODEL),
        "fusion": fusion_spec(study, study.names("responses/eeg/")[0], ""),
        "compare": comparison_spec("fmri", "pearson", named),
        "clusters": clusters_spec("fmri", "pearson", {"model 0": named["model 0"]}),
    }


@pytest.mark.parametrize("analysis", sorted(ANALYSES))
def test_a_cost_is_a_time_and_a_memory(computed_study, specs, analysis):
    cost = estimate(computed_study, specs[analysis])
    assert 0 < cost.seconds < math.inf
    assert cost.n_bytes > 0
    assert str(cost).startswith("about ")


@pytest.mark.parametrize(
    ("analysis", "setting", "more"),
    [
        ("encoding", "n_bootstraps", 10**6),
        ("fractional", "n_inner", 500),
        ("partition", "n_gammas", 10**4),
        ("compare", "n_permutations", 10**7),
        ("clusters", "n_permutations", 10**7),
    ],
)
def test_more_work_costs_more(computed_study, specs, analysis, setting, more):
    spec = specs[analysis]
    larger = spec.replace(settings={**spec.settings, setting: more})
    assert estimate(computed_study, larger).seconds > 2 * estimate(computed_study, spec).seconds


def test_what_is_not_there_has_no_cost(computed_study, specs):
    missing = specs["encoding"].replace(model="nothing")
    with pytest.raises(UnknownNameError, match="nothing"):
        estimate(computed_study, missing)


def test_costs_add_up_and_are_told_in_minutes():
    both = Cost(80, 2_000_000) + Cost(100, 1_000_000)
    assert (both.seconds, both.n_bytes) == (180, 2_000_000)
    assert str(both) == "about 3 min and 2 MB"
    assert str(Cost(0.2, 0)) == "about under a second and 0 MB"


def test_a_partition_can_be_wished_for_and_found(tiny, tmp_path):
    feature, response = tiny.normal(60, 2, 4), tiny.normal(60, 5, seed=1)
    study = tiny.write(feature, response, split=["train"] * 40 + ["test"] * 20)
    spec = partition_spec(study, "fmri", "sub-01", ["tiny:0", "tiny:1"], n_bootstraps=10)
    assert estimate(study, spec).seconds < 60
    assert run_specs(study, [spec], Run("cpu"))[0] in study
