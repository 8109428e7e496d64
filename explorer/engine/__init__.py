"""Numbers: torch kernels that know no names, no files and no labels. Tensors in, tensors out.

Every function keeps the dtype and the device of what it is given. The table lists the metrics that
can be chosen; to add one, write a function and its ``Metric`` in ``scores.py`` and a line here.

What is where, with an example of each family. Rows are stimuli, columns features or targets;
every module's own functions say shapes, units and what NaN means.

>>> import torch
>>> from torch import randn
>>> _ = torch.manual_seed(0)
>>> X, more = randn(120, 20), randn(120, 10)
>>> Y = X @ randn(20, 50) + more @ randn(10, 50) + randn(120, 50)

``ridge`` an alpha per target, by folds, GCV or leave-one-out (``penalties``: the settings;
``factors`` and ``solve``: the two halves of a fit, to reuse decompositions; ``scores``: metrics;
``folds``: what is held out together):

>>> from explorer.engine.folds import kfold
>>> from explorer.engine.penalties import RidgeSettings
>>> from explorer.engine.ridge import crossval_ridge
>>> from explorer.engine.scores import pearson
>>> Y_hat = crossval_ridge(X, Y, kfold(120, 5), RidgeSettings(mode="loo")).Y_hat
>>> pearson(Y, Y_hat).shape
torch.Size([50])

``fractional`` penalties as lengths of the weights:

>>> from explorer.engine.fractional import FractionalSettings, fractional_ridge_cv
>>> settings = FractionalSettings(fractions=(0.3, 0.6, 0.9), per_target=False)
>>> fit = fractional_ridge_cv(X[:100], Y[:100], kfold(100, 5), settings)
>>> fit.predict(X[100:]).shape
torch.Size([20, 50])

``banded`` a penalty for each set of features (``band_settings``: what is tried):

>>> from explorer.engine.band_settings import BandedSettings
>>> from explorer.engine.banded import banded_ridge_cv
>>> fit = banded_ridge_cv([X, more], Y, kfold(120, 5), BandedSettings(n_gammas=5))
>>> fit.gamma.shape
torch.Size([2, 50])

``partition`` what each set explains alone, and what they share:

>>> from explorer.engine.partition import partition_variance
>>> few = BandedSettings(n_gammas=3, n_inner=3)
>>> parts = partition_variance([X, more], Y, kfold(120, 3), few, n_bootstraps=20)
>>> parts.subsets, tuple(parts.part.shape)
(((0,), (1,), (0, 1)), (3, 50))

``rdm`` dissimilarities and how alike two RDMs are (``crossnobis``, ``ceiling``: from repeats and
over subjects; ``mixtures``: several RDMs against one):

>>> from explorer.engine.rdm import compare_rdms, rdm
>>> layers, brain = rdm(torch.stack([X, randn(120, 20)])), rdm(Y)[None]
>>> compare_rdms(layers, brain, "spearman").shape
torch.Size([2, 1])

``searchlight`` the same around every place (``neighbourhoods``: spheres in a surface or volume;
``samples``: disjoint samples of stimuli):

>>> from explorer.engine.neighbourhoods import volume_neighbourhoods
>>> from explorer.engine.searchlight import searchlight_rsa
>>> mask = torch.ones(2, 5, 5, dtype=torch.bool)
>>> spheres, _ = volume_neighbourhoods(mask, 2.0, share=0.0)
>>> searchlight_rsa(Y, layers, spheres).score.shape
torch.Size([50, 2])

``cka`` alignment of feature sets of any width:

>>> from explorer.engine.cka import linear_cka
>>> linear_cka([X, more], [Y], debiased=True).shape
torch.Size([2, 1])

Statistics: ``maximum`` and ``clusters`` control errors over all targets, ``stats`` false
discoveries, ``bootstrap`` and ``intervals`` say how sure a score is, ``layer_choice`` chooses a
layer without bias, ``group`` and ``model_comparison`` test across subjects:

>>> from explorer.engine.group import sign_flip
>>> from explorer.engine.maximum import max_permutation
>>> bool((max_permutation(Y, Y_hat, n_permutations=200).p_value < 0.05).any())
True
>>> sign_flip(randn(8, 50)).p_value.shape
torch.Size([50])

``retrieval`` the nearest of millions of rows (``quantisation``: the table as int8):

>>> from explorer.engine.quantisation import quantise
>>> from explorer.engine.retrieval import nearest_rows
>>> table = randn(1000, 64)
>>> nearest_rows(table[:2], quantise(table), table, k=3, measure="cosine").index[:, 0].tolist()
[0, 1]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.registry import Registry

if TYPE_CHECKING:  # the table must not load torch
    from explorer.engine.scores import Metric

METRICS: Registry[Metric] = Registry(
    "metric",
    {
        "pearson": "explorer.engine.scores:PEARSON",
        "r2": "explorer.engine.scores:R2",
        "cosine": "explorer.engine.scores:COSINE",
    },
)
