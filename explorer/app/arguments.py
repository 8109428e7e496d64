"""Arguments of the commands that several share: parts of the data, kinds of fit, comparisons."""

from __future__ import annotations

import argparse
from typing import Any

from explorer.analysis.method_specs import PUBLISHED_FRACTIONS
from explorer.analysis.options import KNOWN
from explorer.analysis.spec import MEASURES, MODALITIES, SETTINGS
from explorer.errors import AnalysisError


def layer_list(text: str) -> list[int]:
    """Numbers of layers from ``"0,3,5-8"``."""
    layers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise argparse.ArgumentTypeError(
                f"{text!r} is no list of layers, expected numbers and ranges such as 0,3,5-8"
            )
        layers += range(int(first), int(last or first) + 1)
    return layers


def add_parts(parser: argparse.ArgumentParser, *, layers: bool = True) -> None:
    """A region, some layers, a time window."""
    parser.add_argument("--region", default="", help="one region alone, as the atlas calls it")
    if layers:
        parser.add_argument("--layers", type=layer_list, help="some alone, such as 0,3,5-8")
    _window(parser)


def _window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--window",
        type=float,
        nargs=2,
        metavar=("START", "STOP"),
        help="times from onset alone, s, both included",
    )


def add_fit(parser: argparse.ArgumentParser) -> None:
    """How responses are fitted, and how penalties are chosen."""
    parser.add_argument(
        "--method", default="ridge", choices=["ridge", "fractional"], help="of the fit"
    )
    parser.add_argument(
        "--mode",
        choices=KNOWN["mode"],
        help="how ridge chooses alpha; loo and gcv need no folds, guided tries fewer alphas",
    )
    parser.add_argument(
        "--criterion", choices=KNOWN["criterion"], help="what the chosen alpha is best in"
    )
    parser.add_argument("--one-alpha", action="store_true", help="the same alpha for all targets")
    parser.add_argument(
        "--gap", type=int, help="words left out of training on either side of a test block"
    )
    parser.add_argument(
        "--one-fraction", action="store_true", help="the same fraction for all targets"
    )
    parser.add_argument(
        "--as-published",
        action="store_true",
        help=f"fractional ridge as in Doerig et al. 2025: {len(PUBLISHED_FRACTIONS)} fractions, "
        "one for all targets by R², 5 contiguous folds, features as they come",
    )
    parser.add_argument(
        "--best-layer",
        action="store_true",
        help="tell each region's best layer, chosen on one half of the stimuli and scored on the "
        "other",
    )
    parser.add_argument(
        "--fwer",
        action="store_true",
        help="also p-values corrected over all targets and layers; without a held-out split every "
        "permutation is a fit of its own",
    )


def fit_settings(chosen: argparse.Namespace) -> dict[str, Any]:
    """What the arguments of ``add_fit`` say, as settings of a spec.

    Raises
    ------
    AnalysisError
        if an argument belongs to the other method
    """
    of_ridge = {
        "mode": chosen.mode,
        "criterion": chosen.criterion,
        "selection": "global" if chosen.one_alpha else None,
        "gap": chosen.gap,
        "fwer": True if chosen.fwer else None,
    }
    of_ridge = {k: v for k, v in of_ridge.items() if v is not None}
    if chosen.method == "fractional":
        if of_ridge:
            raise AnalysisError(
                f"{', '.join(of_ridge)} belong to ridge, and the method is fractional. Leave them "
                "out, or choose --method ridge."
            )
        return {"per_target": not chosen.one_fraction, "as_published": chosen.as_published}
    if chosen.one_fraction or chosen.as_published:
        raise AnalysisError(
            "--one-fraction and --as-published belong to fractional ridge. Add --method fractional."
        )
    return of_ridge


def add_partition(parser: argparse.ArgumentParser) -> None:
    """Which features share the variance, and how they are fitted."""
    known = SETTINGS["partition"]
    parser.add_argument(
        "--features",
        nargs="+",
        required=True,
        metavar="MODEL/VARIANT[:LAYER]",
        help="two to four sets, such as minilm/caption:5; the last layer if none is named",
    )
    parser.add_argument("--modality", default="", choices=["", *MODALITIES])
    parser.add_argument("--subject", nargs="*", default=[], help="all if left out")
    parser.add_argument("--atlas", default=None)
    parser.add_argument("--plain", action="store_true", help="one penalty for all sets: no bands")
    parser.add_argument("--folds", type=int, default=known["n_folds"])
    parser.add_argument("--bootstraps", type=int, default=known["n_bootstraps"])
    parser.add_argument("--scalings", type=int, default=known["n_gammas"], help="of bands tried")
    add_parts(parser, layers=False)


def add_compare(parser: argparse.ArgumentParser) -> None:
    """Which models are compared, and in what."""
    add_scores(parser)
    parser.add_argument("--model", nargs="+", required=True, help="two or more, MODEL[/VARIANT]")
    parser.add_argument(
        "--layer",
        type=int,
        help="of all; each model's best region by region, chosen on other stimuli, if left out",
    )
    parser.add_argument(
        "--as-published",
        action="store_true",
        help="also the unpaired test of Doerig et al. 2025",
    )


def add_clusters(parser: argparse.ArgumentParser) -> None:
    """Whose score is mapped, and how clusters form."""
    add_scores(parser)
    parser.add_argument("--model", required=True, help="whose scores, MODEL[/VARIANT]")
    parser.add_argument("--minus", default="", help="another model, whose scores are subtracted")
    parser.add_argument("--layer", type=int, help="the last if left out")
    parser.add_argument("--tail", type=int, default=0, choices=[-1, 0, 1])
    parser.add_argument("--threshold", type=float, help="t beyond which clusters form")
    _window(parser)


def add_models(parser: argparse.ArgumentParser) -> None:
    """Which models of the catalogue are listed."""
    parser.add_argument(
        "query", nargs="*", help="words that must all occur; every model if left out"
    )
    parser.add_argument("--family", default="", help="sentence, masked, gabor, …")
    parser.add_argument("--modality", default="", help="what it takes: text, image, label")
    parser.add_argument("--about", default="", metavar="NAME", help="all that is known of one")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def add_scores(parser: argparse.ArgumentParser, analysis: str = "encoding") -> None:
    """Whose scores, in which metric, and how sure of them."""
    measures = [n for n, m in MEASURES.items() if m.analysis == analysis]
    parser.add_argument("--modality", default="", choices=["", *MODALITIES])
    parser.add_argument("--subject", nargs="*", default=[], help="all if left out")
    parser.add_argument("--metric", default=measures[0], choices=measures)
    parser.add_argument("--atlas", default=None)
    parser.add_argument("--bootstraps", type=int, default=1000)
    parser.add_argument("--permutations", type=int, default=1000)
