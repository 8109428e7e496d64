import pytest
from miniature import IDS, write_miniature

from explorer.errors import ImporterError
from explorer.features.inputs import read_inputs
from explorer.features.variants import find_variant
from explorer.importers.folder import FolderImporter
from explorer.importers.run import import_study
from explorer.study.check import check_study


@pytest.fixture
def source(tmp_path):
    source = write_miniature(tmp_path / "source")
    (source / "texts").mkdir()
    return source


def write(source, content):
    (source / "texts" / "nouns.csv").write_text(content, encoding="utf-8")


def test_texts_are_shown_in_place_of_what_a_tagger_finds(source, tmp_path):
    write(source, f"stimulus,text_1,text_0\n{IDS[2]},sea,boat\n{IDS[0]},,dog\n")
    study, _ = import_study("folder", source, tmp_path / "study")
    assert check_study(study) == []
    inputs = read_inputs(study, find_variant(study, "text", "nouns"))
    assert (inputs.ids, inputs.parts) == ((IDS[2], IDS[0]), (("boat", "sea"), ("dog",)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("stimulus,text_0\n1,dog\n", r"stimulus 1, expected an id of stimuli\.csv"),
        (f"stimulus,text_0\n{IDS[0]},a\n{IDS[0]},b\n", f"stimulus {IDS[0]} twice"),
        (f"stimulus,words\n{IDS[0]},dog\n", "columns stimulus, words, expected text_0"),
    ],
)
def test_faults_say_what_was_found_and_expected(source, content, message):
    write(source, content)
    with pytest.raises(ImporterError, match=message):
        FolderImporter().describe(source)
