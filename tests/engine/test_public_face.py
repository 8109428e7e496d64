"""What the engine says of itself can be typed as it stands."""

import doctest
import re
from pathlib import Path

import pytest

from explorer import engine

FAMILIES = (
    "ridge", "fractional", "banded", "partition", "rdm", "searchlight", "cka", "maximum",
    "retrieval",
)  # fmt: skip


@pytest.fixture(scope="module")
def examples():
    return doctest.DocTestFinder(recurse=False).find(engine, "engine")


def test_every_example_gives_what_it_says(examples):
    told = []
    runner = doctest.DocTestRunner(verbose=False)
    for example in examples:
        runner.run(example, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_an_example(family, examples):
    lines = "".join(e.source for test in examples for e in test.examples)
    assert re.search(rf"from explorer\.engine\.{family} import", lines)


def test_every_module_that_is_named_exists():
    named = re.findall(r"``(\w+)``", engine.__doc__)
    modules = {path.stem for path in Path(engine.__file__).parent.glob("*.py")}
    assert {n for n in named if n.islower()} <= modules
