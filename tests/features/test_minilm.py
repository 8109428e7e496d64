"""Real weights: MiniLM from its package, and human IT where the published data are present."""

import csv
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import torch
import xarray as xr
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from transformers import AutoModel, AutoTokenizer

from explorer.features.catalog import find_checkpoint
from explorer.features.extract import extract
from explorer.features.families.sentence import SentenceFamily
from explorer.features.weights import locate
from explorer.study.study import Study

IT_DATA = Path(__file__).parents[3] / "shared" / "real" / "kriegeskorte92"
TEXTS = [
    "A cook in a white uniform and hat seen from behind.",
    "An ear.",
    "🍎 Ein roter Apfel, naïve résumé; 苹果 <b>apple</b>",
    "word " * 400,
]


def test_pooled_sentence_embedding_equals_the_mean_over_tokens_one_by_one():
    checkpoint = locate(find_checkpoint("minilm"), offline=True)
    model = AutoModel.from_pretrained(checkpoint.path).eval()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.path)
    found = SentenceFamily.load(checkpoint).extract(TEXTS, batch_size=4)
    for text, layers in zip(TEXTS, found, strict=True):
        tokens = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
        with torch.no_grad():
            last = model(**tokens).last_hidden_state[0]
        mask = tokens["attention_mask"][0, :, None]
        expected = (last * mask).sum(0) / mask.sum()
        np.testing.assert_allclose(layers[-1], expected.numpy(), atol=1e-5)


@pytest.mark.skipif(not IT_DATA.is_dir(), reason=f"the published data are not at {IT_DATA}")
def test_layers_resemble_human_it_as_published(tmp_path):
    with (IT_DATA / "captions.csv").open(encoding="utf-8") as file:
        captions = [(row["caption_0"], row["caption_1"]) for row in csv.DictReader(file)]
    study = Study.create(tmp_path / "study")
    table = (("stimulus", "caption_index"), np.array(captions, dtype=object))
    study.write("stimuli/images", xr.Dataset({"caption": table}, {"stimulus": np.arange(92)}))
    feature = study[extract(study, "minilm")].feature.values
    published = scipy.io.loadmat(
        IT_DATA / "Kriegeskorte_Neuron2008_supplementalData.mat",
        squeeze_me=True,
        struct_as_record=False,
    )
    brain = published["RDMs_mIT_hIT_fig1"][1].RDM
    layers = range(feature.shape[1])
    scores = [spearmanr(pdist(feature[:, k], "correlation"), brain).statistic for k in layers]
    expected = [0.348, 0.327, 0.382, 0.425, 0.447, 0.455, 0.434]
    np.testing.assert_allclose(scores, expected, atol=0.002)
