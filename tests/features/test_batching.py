import pytest
import torch

from explorer.errors import ModelError
from explorer.features.batching import run_batches


def test_running_out_of_memory_halves_the_batch_and_goes_on():
    sizes: list[int] = []
    seen: list[int] = []
    ticks: list[int] = []

    def run(part):
        sizes.append(len(part))
        if len(part) > 3:
            raise torch.cuda.OutOfMemoryError
        seen.extend(part)

    run_batches(range(10), 8, run, ticks.append)
    assert seen == list(range(10))
    assert sizes == [8, 4, 2, 2, 2, 2, 2]
    assert ticks == [2, 4, 6, 8, 10]


def test_a_single_input_that_does_not_fit_is_an_error():
    def run(part):
        raise torch.cuda.OutOfMemoryError

    with pytest.raises(ModelError, match="too little memory for the model with a single input"):
        run_batches(range(4), 4, run)


def test_other_errors_are_not_swallowed():
    def run(part):
        raise RuntimeError("shape")

    with pytest.raises(RuntimeError, match="shape"):
        run_batches(range(4), 4, run)
