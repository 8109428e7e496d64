"""Labelled runs: align, compute, relabel, store. Knows names and numbers, contains no formula."""

from collections.abc import Callable

from explorer.registry import Registry

ANALYSES: Registry[Callable[..., str]] = Registry(
    "analysis",
    {
        "encoding": "explorer.analysis.encoding:run_encoding",
        "rsa": "explorer.analysis.rsa:run_rsa",
        "searchlight": "explorer.analysis.searchlight:run_searchlight",
        "rdm": "explorer.analysis.rdm:run_rdm",
        "weights": "explorer.analysis.weights:run_weights",
        "fractional": "explorer.analysis.fractional:run_fractional",
        "partition": "explorer.analysis.partition:run_partition",
        "compare": "explorer.analysis.comparison:run_comparison",
        "clusters": "explorer.analysis.cluster_maps:run_clusters",
        "fusion": "explorer.analysis.fusion:run_fusion",
    },
)
