import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform

from explorer.errors import AnalysisError
from explorer.study.align import (
    MIN_STIMULI,
    align,
    condensed_index,
    mean_repeats,
    select_pairs,
    shared_stimuli,
)


def labelled(ids):
    return xr.Dataset({"value": ("stimulus", np.array(ids) * 10)}, {"stimulus": list(ids)})


def test_align_selects_the_shared_in_the_order_of_the_responses():
    responses, features = labelled(range(30, 0, -2)), labelled(range(5, 40))
    left, right = align(responses, features)
    assert left.stimulus.values.tolist() == list(range(30, 4, -2))
    assert right.stimulus.values.tolist() == left.stimulus.values.tolist()
    np.testing.assert_array_equal(left.value, right.value)


def test_too_few_shared_stimuli_are_refused_with_the_numbers():
    with pytest.raises(AnalysisError, match=r"Only 9 stimuli are shared \(of 20, 31\), expected"):
        align(labelled(range(20)), labelled(range(11, 42)))
    assert len(shared_stimuli([np.arange(MIN_STIMULI), np.arange(50)])) == MIN_STIMULI


def test_ids_that_repeat_are_refused():
    with pytest.raises(AnalysisError, match=r"Stimulus 4 is there 3 times.* the dim 'repeat'"):
        align(labelled([1, 4, 4, 4, 2]), labelled(range(20)))


def test_mean_over_repeats_leaves_nan_out():
    values = np.array([[[1.0, np.nan]], [[3.0, np.nan]], [[np.nan, np.nan]]])
    array = xr.DataArray(values, dims=("repeat", "stimulus", "vertex"), attrs={"units": "z"})
    with np.errstate(all="ignore"):
        mean = mean_repeats(array)
    np.testing.assert_array_equal(mean, [[2.0, np.nan]])
    assert mean.attrs == {"units": "z"}
    assert mean_repeats(mean) is mean


@given(n=st.integers(2, 40), data=st.data())
@settings(deadline=None, max_examples=50)
def test_condensed_index_is_that_of_scipy(n, data):
    i = data.draw(st.integers(0, n - 1))
    j = data.draw(st.integers(0, n - 1).filter(lambda k: k != i))
    square = squareform(np.arange(n * (n - 1) // 2))
    assert condensed_index(n, np.array(i), np.array(j)) == square[i, j]


def test_select_pairs_equals_the_rdm_of_the_selection():
    points = np.random.default_rng(0).random((14, 3))
    stimuli, places = np.arange(100, 114), np.array([9, 2, 13, 0, 5])
    values = xr.DataArray(np.stack([pdist(points), 2 * pdist(points)]), dims=("layer", "pair"))
    chosen = select_pairs(values, stimuli, stimuli[places])
    np.testing.assert_allclose(chosen[0], pdist(points[places]))
    np.testing.assert_allclose(chosen[1], 2 * pdist(points[places]))
