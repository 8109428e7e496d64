import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from explorer.features import FAMILIES
from explorer.features.catalog import Checkpoint, checkpoints, find_checkpoint

INPUTS = {
    "text": ["a dog runs", "cat", "the old horse sleeps on the house"],
    "label": ["animal dog", "animal", "food"],
    "image": [Image.new("RGB", (9 + k, 9), (40 * k, 99, 0)) for k in range(3)],
}


@pytest.fixture(params=list(FAMILIES))
def checkpoint(request, write_model, write_image_model, write_causal) -> Checkpoint:
    if request.param == "vision":
        return find_checkpoint(str(write_image_model("convnext")))
    if request.param in ("clip", "clip_text"):
        tower = "@text" if request.param == "clip_text" else ""
        return find_checkpoint(f"{write_image_model('clip')}{tower}")
    if request.param == "causal":
        return find_checkpoint(str(write_causal("gpt2")))
    if FAMILIES[request.param].modality == "text":
        folder = write_model()
        if request.param == "sentence":
            (folder / "modules.json").write_text("[]")
        return find_checkpoint(str(folder))
    return next(c for c in checkpoints().values() if c.family == request.param)


def test_a_family_gives_every_layer_of_every_input_in_order(checkpoint):
    family = FAMILIES[checkpoint.family].load(checkpoint)
    inputs = INPUTS[family.modality]
    family.prepare(inputs)
    found = family.extract(inputs, batch_size=2)
    assert found.dtype == np.float32
    assert found.shape == (len(inputs), len(family.layer_names), family.n_units)
    np.testing.assert_allclose(family.extract(inputs[::-1], batch_size=1)[::-1], found, atol=1e-6)


def test_a_family_has_the_sizes_that_its_checkpoint_states(checkpoint):
    family = FAMILIES[checkpoint.family].load(checkpoint)
    assert len(family.layer_names) == checkpoint.layers
    assert family.n_units == checkpoint.units


def test_a_family_tells_how_far_it_is_and_can_be_stopped(checkpoint):
    family = FAMILIES[checkpoint.family].load(checkpoint)
    inputs = INPUTS[family.modality]
    family.prepare(inputs)
    ticks: list[int] = []
    family.extract(inputs, 1, ticks.append)
    assert ticks[-1] == len(inputs)
    with pytest.raises(ZeroDivisionError):
        family.extract(inputs, 1, lambda n: n // 0)


def test_a_digest_stays_while_nothing_changes(checkpoint):
    family = FAMILIES[checkpoint.family]
    assert family.digest(checkpoint) == family.digest(checkpoint)


def test_naming_models_and_costs_loads_neither_torch_nor_transformers():
    code = (
        "import sys, explorer.features, explorer.features.cost, explorer.features.extract;"
        "explorer.features.catalog.find_checkpoint('minilm');"
        "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
