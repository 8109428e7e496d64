import weakref
from collections import Counter

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from explorer.engine.factors import fit_factors
from explorer.engine.folds import kfold
from explorer.engine.memory import peak_bytes
from explorer.engine.penalties import RidgeSettings
from explorer.engine.solve import solve


class Allocated(TorchDispatchMode):
    """Bytes of all tensors made within, alive at once at most."""

    def __init__(self):
        super().__init__()
        self.peak = self._now = 0
        self._tensors = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()
                place, size = storage.data_ptr(), storage.nbytes()
                if not self._tensors[place]:
                    self._now += size
                self._tensors[place] += 1
                weakref.finalize(tensor, self._forget, place, size)
        self.peak = max(self.peak, self._now)
        return out

    def _forget(self, place, size):
        self._tensors[place] -= 1
        if not self._tensors[place]:
            self._now -= size


def allocated(n, d, n_blocks, settings):
    X, Y, folds = torch.randn(n, d), torch.randn(n, 1000), kfold(n, 5)
    with Allocated() as counted:
        factors = fit_factors(X, folds, settings)
        for _ in range(n_blocks):
            solve(factors, Y)
    return counted.peak


@pytest.mark.parametrize("mode", ["kfold", "guided", "gcv", "loo"])
@pytest.mark.parametrize("standardise", [False, True])
@pytest.mark.parametrize(("n", "d"), [(800, 300), (300, 1000), (2000, 60)])
def test_what_is_stated_bounds_what_is_allocated_and_not_by_much(n, d, mode, standardise):
    settings = RidgeSettings(mode=mode, standardise=standardise)
    stated = peak_bytes(n, d, 1000, settings)
    assert stated / 4 < allocated(n, d, 1, settings) < stated


@pytest.mark.parametrize("mode", ["kfold", "guided"])
def test_streaming_more_targets_takes_no_more_memory(mode):
    settings = RidgeSettings(mode=mode)
    assert allocated(300, 50, 8, settings) < 1.1 * allocated(300, 50, 2, settings)
