"""The rules of the house."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.views import VIEWS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "explorer"
README = ROOT / "README.md"
MODULES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = sorted(p.parent.name for p in PACKAGE.glob("*/__init__.py"))
DRAWERS = {"utils", "util", "helpers", "common", "manager", "managers", "misc"}
REGISTRIES = (
    "pypi." + "org",
    "pythonhosted." + "org",
    "registry.npm" + "js.org",
    "conda.an" + "aconda",
)
PLACES = ("/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/", "/ho" + "me/")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def every_module(function):
    return pytest.mark.parametrize("path", MODULES, ids=name_of)(function)


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def tracked():
    """Text files that git tracks, with their content."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, told.stdout.split("\0")):
        path = ROOT / name
        chunk = ".zarr/" in name and path.suffix != ".json"
        if path.is_file() and path.suffix not in (".png", ".jpg", ".webp") and not chunk:
            yield name, path.read_text(encoding="utf-8")


@every_module
def test_module_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_few_modules_have_more_than_300_lines():
    long = [name_of(p) for p in MODULES if len(p.read_text("utf-8").splitlines()) > 300]
    assert len(long) <= 3, long


@every_module
def test_module_begins_with_what_it_is_in_one_sentence(path):
    first = (ast.get_docstring(parse(path)) or "").split("\n")[0]
    assert first.endswith(".")
    assert first[0].isupper() or first.startswith("``")


@every_module
def test_module_is_named_for_what_it_does(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    assert not DRAWERS & set(parts)
    assert all(not p.startswith("_") or p in ("__init__", "__main__", "_assets") for p in parts)


def imported(tree):
    """Names of modules that a module imports, with the level of relative ones."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


@every_module
def test_imports_are_absolute_and_of_nothing_that_runs_what_it_reads(path):
    found = list(imported(parse(path)))
    assert not [name for name, level in found if level]
    assert not {name.split(".")[0] for name, _ in found} & {"pickle", "yaml", "dill", "joblib"}


@every_module
def test_nothing_is_trusted_to_run_code(path):
    tree = parse(path)
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        given = {k.arg: k.value for k in call.keywords}
        for name in ("trust_remote_code", "allow_pickle"):
            value = given.get(name, ast.Constant(False))
            assert isinstance(value, ast.Constant)
            assert value.value is False, f"line {call.lineno}: {name}"
        loads = isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "torch.load"
        assert not loads, f"line {call.lineno}: torch.load reads pickles"


@every_module
def test_module_has_no_list_of_exports(path):
    names = [
        target.id
        for node in parse(path).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert "__all__" not in names


def engine_functions():
    """Public functions of the engine."""
    for path in sorted((PACKAGE / "engine").glob("*.py")):
        for node in parse(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield pytest.param(node, id=f"{path.stem}.{node.name}")


@pytest.mark.parametrize("function", list(engine_functions()))
def test_engine_documents_the_shape_of_every_tensor(function):
    doc = ast.get_docstring(function) or ""
    for argument in (*function.args.args, *function.args.kwonlyargs):
        if not re.search(r"\bTensor\b", ast.unparse(argument.annotation)):
            continue
        listed = re.search(rf"^(?:\w+, )*{argument.arg}(?:, \w+)* : (.*)$", doc, re.MULTILINE)
        assert listed, f"{argument.arg} is not in the docstring"
        assert "(" in listed[1], f"{argument.arg} has no shape: {listed[1]}"


def readme():
    return README.read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_readme_names_every_package(package):
    assert f"`explorer/{package}`" in readme()


def recipes():
    section = readme().partition("### To add a")[2].partition("\n### ")[0]
    return re.findall(r"`((?:explorer|assets)/[\w./<>]*)`", section)


def test_every_path_of_the_recipes_exists():
    assert len(recipes()) >= 10
    for path in recipes():
        there = ROOT / (path.rpartition("/")[0] if "<" in path else path)
        assert there.exists(), path


def test_every_picture_and_script_of_the_readme_exists():
    named = re.findall(r"\]\((assets/[^)]+)\)|`(tests/[\w/.]+\.py)`", readme())
    for path in (first or second for first, second in named):
        assert (ROOT / path).exists(), path


def link_table():
    """Which view reads and writes what, as a Markdown table."""
    rows = ["| view | reads | writes |", "|---|---|---|"]
    for name in VIEWS:
        view = VIEWS[name]
        columns = (
            ", ".join(f"`{field}`" for field in fields) for fields in (view.reads, view.writes)
        )
        rows.append(f"| {name} | {' | '.join(columns)} |")
    return "\n".join(rows)


def test_links_of_the_readme_are_those_of_the_views():
    section = readme().partition("<!-- links -->")[2].partition("<!-- /links -->")[0]
    assert section.strip() == link_table()


@pytest.mark.parametrize("marker", ["open", "test"])
def test_readme_has_both_commands_as_one_line_each(marker):
    block = readme().partition(f"<!-- {marker} -->")[2].partition(f"<!-- /{marker} -->")[0]
    lines = [line for line in block.strip().splitlines() if not line.startswith("```")]
    assert len(lines) == 1
    assert "constraints.txt" in lines[0]


def test_every_dependency_has_a_tested_version():
    pinned = (ROOT / "assets" / "constraints.txt").read_text(encoding="utf-8")
    names = {line.partition("==")[0].lower().replace("_", "-") for line in pinned.splitlines()}
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = declared.partition("dependencies = [")[2].partition("\n]")[0]
    wanted = {re.match(r"[\w-]+", item)[0].lower() for item in re.findall(r'"([^"]+)"', block)}
    assert wanted <= names


def test_no_tracked_file_names_a_package_registry_or_a_place_on_one_machine():
    found = [
        f"{name}: {word}"
        for name, text in tracked()
        for word in (*REGISTRIES, *PLACES)
        if re.search(rf"(?<![\w.]){re.escape(word)}", text)
    ]
    assert found == []


def test_layers_and_doors_hold():
    command = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout
