"""The picture of a matrix: percentiles, in the order of conditions, blocks where it is large."""

import numpy as np
from scipy.spatial.distance import squareform
from scipy.stats import percentileofscore

from explorer.state.pairs import Geometry
from explorer.views.rdm import LEVELS, MAX_SIDE, MISSING, draw_matrix


def geometry(n, seed=0):
    values = np.random.default_rng(seed).random(n * (n - 1) // 2)
    return Geometry(np.arange(n) + 100, values, "")


def test_cell_is_the_percentile_of_its_pair():
    found = geometry(12)
    image = draw_matrix(found, found.stimulus)
    shares = percentileofscore(found.values, found.values) / 100
    expected = np.floor(squareform(shares) * LEVELS)
    assert np.abs(image - expected).max() <= 1  # rounding of float32
    assert image.max() == LEVELS
    assert (np.diag(image) == 0).all()


def test_rows_and_columns_follow_the_order():
    found = geometry(12)
    order = np.random.default_rng(1).permutation(found.stimulus)
    plain = draw_matrix(found, found.stimulus)
    places = order - 100
    np.testing.assert_array_equal(draw_matrix(found, order), plain[np.ix_(places, places)])


def test_equal_values_get_equal_percentiles():
    found = Geometry(np.arange(6), np.repeat([0.2, 0.7, 0.9], 5), "")
    assert len(np.unique(draw_matrix(found, found.stimulus))) == 4  # and the diagonal


def test_large_matrix_is_averaged_in_blocks():
    n = 2 * MAX_SIDE
    found = geometry(n)
    image = draw_matrix(found, found.stimulus)
    assert image.shape == (MAX_SIDE, MAX_SIDE)
    ranks = np.argsort(np.argsort(found.values)) + 1
    square = squareform(ranks / len(ranks) * LEVELS)
    expected = square.reshape(MAX_SIDE, 2, MAX_SIDE, 2).mean((1, 3))
    assert np.abs(image - expected).max() < 1.01


def test_order_survives_the_averaging():
    """Two kinds far from one another stay two blocks."""
    n = 900
    kinds = np.arange(n) % 2
    square = np.where(kinds[:, None] == kinds, 0.1, 0.9)
    np.fill_diagonal(square, 0)
    found = Geometry(np.arange(n), squareform(square), "")
    image = draw_matrix(found, np.argsort(kinds, kind="stable"))
    half = len(image) // 2
    assert image[: half - 1, : half - 1].max() < image[: half - 1, half + 1 :].min()


def test_missing_pair_has_a_colour_of_its_own():
    found = geometry(6)
    found.values[0] = np.nan
    image = draw_matrix(found, found.stimulus)
    assert image[0, 1] == image[1, 0] == MISSING
    assert (image == MISSING).sum() == 2


def test_averaged_blocks_cover_every_stimulus():
    """The last kind of three keeps its block though 401 is no multiple of anything."""
    n = MAX_SIDE + 1
    late = np.arange(n) >= n - 20
    square = np.where(late[:, None] & late, 0.1, 0.9)
    np.fill_diagonal(square, 0)
    image = draw_matrix(Geometry(np.arange(n), squareform(square), ""), np.arange(n))
    assert image.shape == (MAX_SIDE, MAX_SIDE)
    dark = (image < LEVELS / 2).sum(1) > 10
    assert dark[-19:].all()  # the block on the border may be of both kinds
    assert not dark[:-20].any()
