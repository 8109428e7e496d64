import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import loadmat
from scipy.stats import spearmanr

from explorer.analysis.pipeline import extract_features, run_specs
from explorer.analysis.results import layer_scores
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.engine.ceiling import rdm_ceiling
from explorer.importers.run import import_study
from explorer.study.check import check_study

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared/real/kriegeskorte92"
SCRIPT = Path(__file__).with_name("kriegeskorte92.py")

pytestmark = pytest.mark.skipif(not SOURCE.is_dir(), reason=f"no real data at {SOURCE}")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kriegeskorte92")
    command = [sys.executable, str(SCRIPT), str(SOURCE), str(folder / "layout")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "python -m explorer import folder" in said
    study, found = import_study("auto", folder / "layout", folder / "study")
    assert found.notes == ()
    return study


def subjects_mean(study):
    groups = study.groups("responses/rdm/")
    return np.mean([study[g].dissimilarity.mean("repeat").values for g in groups], axis=0)


def test_the_real_study_has_no_fault(study):
    assert check_study(study) == []
    assert study.names("responses/rdm/") == ["sub-BE", "sub-KO", "sub-SN", "sub-TI"]
    assert study.manifest.title.startswith("92 object images")
    assert "Neuron" in study.manifest.citation


def test_stimuli_have_pictures_two_captions_and_a_category(study):
    stimuli = study["stimuli/images"]
    assert stimuli.sizes == {"stimulus": 92, "caption_index": 2}
    assert all(str(c).strip() for c in stimuli.caption.values.ravel())
    assert all(stimuli.image.values)
    assert len(set(stimuli.condition.values.tolist())) == 6


def test_mean_of_the_subjects_is_the_published_rdm(study):
    mean = subjects_mean(study)
    assert mean.shape == (4186,)
    file = SOURCE / "Kriegeskorte_Neuron2008_supplementalData.mat"
    published = loadmat(file, squeeze_me=True, struct_as_record=False)["RDMs_mIT_hIT_fig1"][1]
    assert published.name == "hITvisStim_316vx"
    assert spearmanr(mean, published.RDM).statistic == pytest.approx(1, abs=5e-4)


@pytest.mark.parametrize(
    ("model", "expected"),
    [("animacy", 0.588), ("monkey_it", 0.439), ("hmax", 0.222), ("v1", 0.039)],
)
def test_given_models_score_as_published(study, model, expected):
    values = study[f"features/{model}/rdm"].dissimilarity.values
    assert values.shape == (1, 4186)
    score = spearmanr(values[0], subjects_mean(study)).statistic
    assert score == pytest.approx(expected, abs=1e-3)


def test_lower_bound_between_subjects(study):
    """0.379 with the others' dissimilarities averaged, 0.372 with their ranks (Nili et al.)."""
    groups = study.groups("responses/rdm/")
    subjects = np.stack([study[g].dissimilarity.mean("repeat").values for g in groups])
    others = [np.delete(subjects, k, 0).mean(0) for k in range(len(subjects))]
    raw = [spearmanr(a, b).statistic for a, b in zip(subjects, others, strict=True)]
    assert np.mean(raw) == pytest.approx(0.379, abs=1e-3)
    lower, upper = rdm_ceiling(torch.from_numpy(subjects), "spearman")
    assert float(lower) == pytest.approx(0.372, abs=1e-3)
    assert float(upper) == pytest.approx(0.666, abs=1e-3)


def test_minilm_gives_the_curve_of_an_independent_computation(study):
    extract_features(study, "minilm", "", Run("cpu"))
    spec = make_spec(
        study, "rdm", "mean", "minilm", "rdm_spearman", n_bootstraps=20, n_permutations=20
    )
    result = study[run_specs(study, [spec], Run("cpu"))[0]]
    expected = [0.348, 0.327, 0.382, 0.425, 0.447, 0.455, 0.434]
    np.testing.assert_allclose(layer_scores(result), expected, atol=2e-3)
