"""The command line: open the app, or check, describe, import, extract, encode and compare."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from explorer.analysis.run import share_cores
from explorer.analysis.spec import MEASURES, SETTINGS
from explorer.app.arguments import (
    add_clusters,
    add_compare,
    add_fit,
    add_models,
    add_partition,
    add_parts,
    add_scores,
)
from explorer.app.settings import default_home
from explorer.app.start import collect_again
from explorer.errors import Cancelled, ExplorerError
from explorer.registry import Registry

Command = Callable[[argparse.Namespace], int]

COMMANDS: Registry[Command] = Registry(
    "command",
    {
        "serve": "explorer.app.serve:run_serve",
        "check": "explorer.app.commands:run_check",
        "info": "explorer.app.commands:run_info",
        "import": "explorer.app.commands:run_import",
        "upgrade": "explorer.app.commands:run_upgrade",
        "synthetic": "explorer.app.commands:run_synthetic",
        "demo": "explorer.app.demo:run_demo",
        "generate": "explorer.app.demo:run_generate",
        "models": "explorer.app.models:run_models",
        "extract": "explorer.app.compute:run_extract",
        "encode": "explorer.app.compute:run_encode",
        "rsa": "explorer.app.compute:run_rsa",
        "searchlight": "explorer.app.compute:run_searchlight",
        "partition": "explorer.app.methods:run_partition",
        "compare": "explorer.app.methods:run_compare",
        "clusters": "explorer.app.methods:run_clusters",
    },
)

_STUDY = "a study's folder; the default study if left out"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0] not in COMMANDS and given[0] not in ("-h", "--help")):
        given = ["serve", *given]
    chosen = _parser().parse_args(given)
    level = logging.DEBUG if chosen.verbose else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("bokeh", "tornado", "matplotlib", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    share_cores()
    if chosen.command != "serve":  # which loads more first
        collect_again()
    try:
        return COMMANDS[chosen.command](chosen)
    except Cancelled as error:
        sys.stderr.write(f"{error}\n")
        return 130
    except ExplorerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--verbose", action="store_true", help="log more")
    common.add_argument(
        "--home", type=Path, default=default_home(), help="folder for what the program keeps"
    )
    parser = argparse.ArgumentParser(prog="brainlang", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, text: str, *, study: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[common])
        if study:
            sub.add_argument("study", nargs="?", type=Path, help=_STUDY)
        return sub

    serve = add("serve", "Open the app on a study.")
    serve.add_argument("--address", default="127.0.0.1", help="where to listen")
    serve.add_argument("--port", type=int, default=5006)
    serve.add_argument("--no-browser", action="store_true", help="do not open the page")
    serve.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")

    check = add("check", "List every fault of a study; the exit status is 1 if there is any.")
    check.add_argument("--json", action="store_true")
    info = add("info", "Say what a study holds.")
    info.add_argument("--json", action="store_true")
    add("upgrade", "Bring a study of an older version up to date.")

    importing = add("import", "Bring foreign data into a study.", study=False)
    importing.add_argument("importer", help="its name, or auto")
    importing.add_argument("source", type=Path)
    importing.add_argument("study", type=Path)
    importing.add_argument("--mesh", default="", help="where the number of vertices is ambiguous")

    synthetic = add("synthetic", "Write the synthetic study with planted answers.", study=False)
    synthetic.add_argument("study", type=Path)

    demo = add("demo", "Build the embedded study from nothing.", study=False)
    demo.add_argument("study", type=Path, help="folder to build it in")
    demo.add_argument("--ship", type=Path, help="also write what comes with the program there")
    demo.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    generate = add("generate", "Generate what a study promises.")
    generate.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")

    add_models(add("models", "List the models that are known, or tell about one.", study=False))
    _extract(add("extract", "Extract all layers of a model for a study's stimuli."))
    for name, text, analysis in (
        ("encode", "Predict responses from features, held out.", "encoding"),
        ("rsa", "Compare the geometry of features and responses.", "rsa"),
    ):
        _analysis(add(name, text), analysis)
    _methods(add)
    return parser


def _extract(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, help="name in the catalogue, or a folder")
    parser.add_argument(
        "--variant", default="", help="caption, caption_0, nouns, verbs, shuffled, image, …"
    )
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--offline", action="store_true", help="never download")
    _computing(parser)


def _methods(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    _searchlight(add("searchlight", "Compare geometry around each vertex of the cortex."))
    for name, text, fill in (
        (
            "partition",
            "Say what sets of features explain alone, and what they share.",
            add_partition,
        ),
        ("compare", "Test which of several models predicts responses better.", add_compare),
        ("clusters", "Find clusters of channels and times that a model predicts.", add_clusters),
    ):
        parser = add(name, text)
        fill(parser)
        _computing(parser)


def _analysis(parser: argparse.ArgumentParser, analysis: str) -> None:
    parser.add_argument("--model", nargs="+", default=[], help="the study's first if left out")
    parser.add_argument("--variant", default="")
    add_scores(parser, analysis)
    add_parts(parser)
    if analysis == "encoding":
        parser.add_argument("--folds", type=int, default=5)
        _scaling(parser)
        add_fit(parser)
    else:
        choices = ["correlation", "cosine", "euclidean"]
        parser.add_argument("--dissimilarity", default="correlation", choices=choices)
    _computing(parser)


def _scaling(parser: argparse.ArgumentParser) -> None:
    """Where an encoding is computed, and in how much memory."""
    parser.add_argument(
        "--memory", default="", help="at its peak, such as 4GB; half of what is free"
    )
    parser.add_argument(
        "--scheduler",
        default="local",
        help="local (this process), processes:2, tcp://host:port (Dask), slurm",
    )
    parser.add_argument(
        "--scheduler-options",
        type=Path,
        help="TOML or JSON: cores, memory, queue, jobs, … of slurm",
    )


def _searchlight(parser: argparse.ArgumentParser) -> None:
    known = SETTINGS["searchlight"]
    parser.add_argument("--model", nargs="+", default=[], help="the study's first if left out")
    parser.add_argument("--variant", default="")
    parser.add_argument("--subject", nargs="*", default=[], help="all if left out")
    metrics = [m.metric for m in MEASURES.values() if m.analysis == "rsa"]
    parser.add_argument("--metric", default=metrics[0], choices=metrics)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--k", type=int, default=known["k"], help="vertices of a sphere")
    size.add_argument("--radius", type=float, help="of a sphere along the surface, mm")
    parser.add_argument("--sample-size", type=int, default=known["sample_size"], help="stimuli")
    parser.add_argument("--samples", type=int, help="how many; as many as there are if left out")
    parser.add_argument("--average", default="mean", choices=["mean", "fisher_z"])
    choices = ["correlation", "cosine", "euclidean"]
    parser.add_argument("--dissimilarity", default="correlation", choices=choices)
    parser.set_defaults(modality="fmri")
    _computing(parser)


def _computing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
