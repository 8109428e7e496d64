import numpy as np
import pytest

from explorer.errors import ModelError
from explorer.features.catalog import find_checkpoint
from explorer.features.families.category import CategoryFamily

LABELS = ["human face", "Human bodypart", "artificial;inanimate", "face"]


def test_units_are_exactly_the_words_of_each_label():
    family = CategoryFamily.load(find_checkpoint("category"))
    about = family.prepare(LABELS)
    assert about["words"] == ["artificial", "bodypart", "face", "human", "inanimate"]
    expected = [[0, 0, 1, 1, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 1], [0, 0, 1, 0, 0]]
    np.testing.assert_array_equal(family.extract(LABELS, 2)[:, 0], expected)


def test_labels_without_words_are_refused():
    with pytest.raises(ModelError, match="hold no words"):
        CategoryFamily().prepare([" ; "])
