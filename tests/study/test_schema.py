import re

import numpy as np
import pytest
import xarray as xr

from explorer.study.groups import GROUPS
from explorer.study.schema import Fault, find_group, group_faults
from explorer.study.variables import DIMS, KINDS, Variable


def fmri(**changes):
    response = (("stimulus", "vertex"), np.zeros((2, 3), "float32"), {"units": "z"})
    return xr.Dataset({"response": response, **changes}, {"stimulus": [1, 2]})


def faults(name, dataset):
    return [str(f) for f in group_faults(name, dataset)]


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.pattern)
def test_every_group_says_what_it_is_in_known_dims_and_kinds(group):
    assert group.doc.endswith(".")
    for variable in group.variables.values():
        parts = "|".join(variable.dims).replace("[", "").replace("]", "")
        assert {p for p in parts.split("|") if p} <= set(DIMS)
        assert set(variable.kinds) <= set(KINDS)
        assert variable.minimum <= variable.maximum
    assert set(group.either) <= set(group.variables)


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.pattern)
def test_every_pattern_finds_its_own_group(group):
    name = re.sub(r"\{\w+\}", "some-name", group.pattern)
    found, names = find_group(name)
    assert found is group
    assert set(names.values()) <= {"some-name"}


def test_names_in_a_path_are_read_and_rdm_is_no_variant():
    assert find_group("features/minilm/caption")[1] == {"model": "minilm", "variant": "caption"}
    assert find_group("features/minilm/rdm")[0].pattern == "features/{model}/rdm"
    assert find_group("responses/fmri/sub-01/more") is None
    assert find_group("responses/fmri/") is None


@pytest.mark.parametrize(
    ("dims", "accepted"),
    [
        (("repeat", "stimulus", "vertex"), True),
        (("stimulus", "target"), True),
        (("stimulus", "repeat", "vertex"), False),
        (("stimulus",), False),
        (("stimulus", "vertex", "target"), False),
        (("stimulus", "vertexes"), False),
    ],
)
def test_optional_and_alternative_dims(dims, accepted):
    variable = Variable(("[repeat]", "stimulus", "vertex|target"))
    assert variable.accepts(dims) is accepted
    assert variable.describe() == "([repeat], stimulus, vertex|target)"


def test_a_group_as_it_should_be_has_no_fault():
    assert faults("responses/fmri/sub-01", fmri()) == []
    repeated = fmri().expand_dims(repeat=2)
    assert faults("responses/fmri/sub-01", repeated) == []
    assert faults("responses/fmri/sub-01", fmri(hemi=("vertex", np.array(list("llr"))))) == []


def test_faults_say_where_found_expected_and_what_to_do():
    name = "responses/fmri/sub-01"
    cases = {
        "a group that the schema does not know, expected one of stimuli/images": (
            "responses/meg/sub-01",
            fmri(),
        ),
        f"{name}/response: found nothing, expected floating point ([repeat], stimulus, vertex|ta": (
            name,
            fmri().drop_vars("response"),
        ),
        f"{name}/response: found dims (vertex, stimulus), expected ([repeat], stim": (
            name,
            fmri().transpose("vertex", "stimulus"),
        ),
        f"{name}/response: found dtype int64, expected floating point. Convert": (
            name,
            fmri(response=(("stimulus", "vertex"), np.zeros((2, 3), int), {"units": "z"})),
        ),
        f"{name}/response: found units 'uV', expected 'V' or 'percent' or 'z' or 'a.u.'. Conv": (
            name,
            fmri(response=(("stimulus", "vertex"), np.zeros((2, 3)), {"units": "uV"})),
        ),
        f"{name}/extra: found a variable, expected one of stimulus, response": (
            name,
            fmri(extra=("vertex", [1, 2, 3])),
        ),
        "stimuli/images: found none of them, expected caption or image or condition or concept": (
            "stimuli/images",
            xr.Dataset(coords={"stimulus": [1]}),
        ),
        f"{name}/stimulus: found dtype float64, expected integer or unsigned integer": (
            name,
            fmri().assign_coords(stimulus=[1.0, 2.0]),
        ),
    }
    for text, (group, dataset) in cases.items():
        assert any(text in fault for fault in faults(group, dataset)), text


def test_a_fault_reads_as_one_sentence_and_a_fix():
    assert str(Fault("a/b", "x", "y", "Do z.")) == "a/b: found x, expected y. Do z."
