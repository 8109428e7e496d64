import json
import shutil

import numpy as np
import pytest
from miniature import (
    CHANNELS,
    CONTACTS,
    IDS,
    N_PAIRS,
    N_STIMULI,
    N_VERTICES,
    N_WORDS,
    TIMES,
    save,
    square,
    write_annot,
    write_csv,
    write_gifti,
    write_miniature,
    write_stimuli,
)

from explorer.errors import ImporterError, UnknownNameError
from explorer.importers import IMPORTERS
from explorer.importers.folder import FolderImporter

READER = FolderImporter()
RNG = np.random.default_rng(0)


@pytest.fixture
def source(tmp_path):
    return write_miniature(tmp_path / "source")


def read(source, group, mesh=""):
    return dict(READER.read(source, mesh))[group]


def only(source, *kept):
    """Leave of the miniature only what is named."""
    for path in source.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def replace(file, old, new):
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


# What is read


def test_the_registry_knows_the_folder_importer():
    assert IMPORTERS["folder"] is FolderImporter


def test_can_read_wants_a_table_of_stimuli_or_words(source, tmp_path):
    assert READER.can_read(source)
    assert not READER.can_read(tmp_path / "nowhere")
    only(source, "words.csv", "ieeg")
    assert READER.can_read(source)
    only(source)
    assert not READER.can_read(source)


def test_describe_gives_manifest_images_and_no_notes(source):
    found = READER.describe(source)
    assert found.manifest == {
        "title": "Miniature",
        "citation": "Nobody (2026)",
        "licence": "CC0",
        "simulated": True,
        "mesh": "fsaverage3",
    }
    assert found.notes == ()
    assert found.images == source / "images"


def test_title_is_the_folder_without_about(source):
    (source / "about.json").unlink()
    assert READER.describe(source).manifest == {"title": "source", "mesh": "fsaverage3"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_stimuli_with_and_without_byte_order_mark(source, encoding):
    write_stimuli(source, encoding)
    stimuli = read(source, "stimuli/images")
    assert stimuli.stimulus.values.tolist() == IDS
    assert stimuli.caption.dims == ("stimulus", "caption_index")
    assert stimuli.caption.values[3].tolist() == ["A dög, number 3.", ""]
    assert stimuli.image.values[:2].tolist() == ["", "set/103.png"]
    assert stimuli.split.values[:2].tolist() == ["test", "train"]
    assert stimuli.condition.values[1] == "kind 1"
    assert stimuli.concept.values[11] == "thing 11"


def test_ten_captions_are_in_the_order_of_their_numbers(source):
    only(source)
    header = ("stimulus", *(f"caption_{k}" for k in (10, 2, 0)))
    write_csv(source / "stimuli.csv", [header, (1, "ten", "two", "none")])
    assert read(source, "stimuli/images").caption.values[0].tolist() == ["none", "two", "ten"]


def test_huge_captions_with_html_are_kept_verbatim(source):
    only(source)
    html = '<script>alert("x")</script>\r\n,;\t NA ' * 300_000
    assert len(html) > 10_000_000
    write_csv(source / "stimuli.csv", [("stimulus", "caption_0"), (1, html), (2, "nan")])
    assert read(source, "stimuli/images").caption.values[:, 0].tolist() == [html, "nan"]


def test_fmri_with_and_without_repeats_on_its_mesh(source):
    first, second = (read(source, f"responses/fmri/sub-0{k}") for k in (1, 2))
    assert first.response.dims == ("repeat", "stimulus", "vertex")
    assert second.response.dims == ("stimulus", "vertex")
    assert second.response.attrs == {"units": "a.u."}
    assert first.response.values.dtype == second.response.values.dtype == np.float32
    assert first.hemi.values[[0, N_VERTICES // 2]].tolist() == ["left", "right"]
    assert second.stimulus.values.tolist() == IDS
    given = np.load(source / "fmri/sub-02.npy")
    np.testing.assert_allclose(second.response.values, given, rtol=1e-6)


def test_mapped_float32_is_not_copied(source):
    values = read(source, "responses/fmri/sub-01").response.data
    while isinstance(values, np.ndarray) and not isinstance(values, np.memmap):
        values = values.base
    assert isinstance(values, np.memmap)


@pytest.mark.parametrize("dtype", ["int16", "uint8", "float16", ">f4", "bool"])
def test_other_numbers_become_float32(source, dtype):
    given = np.arange(N_STIMULI * N_VERTICES).reshape(N_STIMULI, N_VERTICES) % 7
    save(source / "fmri/sub-01.npy", given, dtype)
    values = read(source, "responses/fmri/sub-01").response.values
    assert values.dtype == np.dtype("float32")
    np.testing.assert_array_equal(values, given.astype(dtype).astype("float32"))


def test_nan_is_kept_and_constant_targets_are_noted(source):
    given = np.load(source / "fmri/sub-01.npy")
    given[:, :, 5], given[:, :, 7:9], given[0, 0, 0] = np.nan, 3, np.nan
    save(source / "fmri/sub-01.npy", given)
    dataset = read(source, "responses/fmri/sub-01")
    np.testing.assert_array_equal(dataset.response.values, given)
    assert dataset.attrs["note"] == (
        "of 1,284 targets, 2 are constant over stimuli, so they have no score and "
        "1 have no value (NaN)"
    )


def test_any_other_number_of_places_is_targets_with_a_note(source):
    only(source, "stimuli.csv")
    for subject, n in (("sub-01", 30), ("sub-02", 40)):
        save(source / f"fmri/{subject}.npy", RNG.random((N_STIMULI, n)))
    found = READER.describe(source)
    assert "mesh" not in found.manifest
    assert "30 targets fit no known mesh" in found.notes[0]
    assert read(source, "responses/fmri/sub-02").response.dims == ("stimulus", "target")


def test_targets_csv_names_targets_even_as_many_as_a_mesh_has(source):
    only(source, "stimuli.csv", "fmri")
    rows = [(f"t{k}", "V1" if k < 9 else "", k % 100, -5, 60) for k in range(N_VERTICES)]
    write_csv(source / "fmri/targets.csv", [("target", "roi", "x", "y", "z"), *rows])
    assert "without a mesh" in READER.describe(source).notes[0]
    dataset = read(source, "responses/fmri/sub-01")
    assert dataset.target.values[:2].tolist() == ["t0", "t1"]
    assert dataset.roi.values[8:10].tolist() == ["V1", ""]
    assert dataset.x.attrs == {"units": "mm"}
    assert float(dataset.z[3]) == 60
    assert "vertex" in read(source, "responses/fmri/sub-01", "fsaverage3").dims
    assert "ignored: the mesh is fsaverage3" in READER.describe(source, "fsaverage3").notes[0]


@pytest.mark.parametrize(
    ("said", "units", "factor"),
    [("uV", "V", 1e-6), ("\u00b5V\n", "V", 1e-6), ("mV", "V", 1e-3), ("z", "z", 1)],
)
def test_units_are_converted_to_those_of_the_schema(source, said, units, factor):
    (source / "eeg/units.txt").write_text(said, encoding="utf-8")
    response = read(source, "responses/eeg/sub-01").response
    assert response.attrs == {"units": units}
    given = np.load(source / "eeg/sub-01.npy")
    np.testing.assert_allclose(response.values, factor * given, rtol=1e-6)


def test_eeg_has_channels_places_and_times(source):
    dataset = read(source, "responses/eeg/sub-01")
    assert dataset.response.dims == ("repeat", "stimulus", "channel", "time")
    assert dataset.channel.values.tolist() == list(CHANNELS)
    assert dataset.time.values.tolist() == list(TIMES)
    assert dataset.time.attrs == {"units": "s"}
    assert dataset.x.attrs == {"units": "m"}
    assert dataset.x.values.tolist() == [0, 0.01, 0.02]


def test_ieeg_with_and_without_time(source):
    first, second = (read(source, f"responses/ieeg/sub-0{k}") for k in (1, 2))
    assert first.response.dims == ("stimulus", "channel")
    assert second.response.dims == ("stimulus", "channel", "time")
    assert first.channel.values.tolist() == list(CONTACTS)
    assert first.x.attrs == {"units": "mm"}
    assert first.x.values.tolist() == [-50, -51]
    assert np.isnan(first.z.values).all()
    assert first.region.values.tolist() == ["STG", "STG"]


def test_story_has_words_in_seconds(source):
    story = read(source, "stimuli/story")
    assert story.stimulus.values.tolist() == list(range(N_WORDS))
    assert story.word.values[:2].tolist() == ["word0", "word1"]
    assert story.onset.attrs == story.offset.attrs == {"units": "s"}
    assert story.sentence.values.tolist() == [k // 5 for k in range(N_WORDS)]


def test_square_rdms_are_condensed_in_the_order_of_triu(source):
    first, second = (read(source, f"responses/rdm/sub-0{k}") for k in (1, 2))
    assert first.dissimilarity.dims == second.dissimilarity.dims == ("repeat", "pair")
    np.testing.assert_array_equal(first.dissimilarity, second.dissimilarity)
    given = np.load(source / "rdm/sub-02.npy")
    rows, columns = np.triu_indices(N_STIMULI, k=1)
    np.testing.assert_allclose(second.dissimilarity, given[:, rows, columns], rtol=1e-6)


@pytest.mark.parametrize(
    ("header", "cells"), [("roi", ["V1", "IT"]), ("time", [0.1, 0.2]), ("repeat", ["a", "b"])]
)
def test_the_leading_axis_of_rdms_is_named_by_axis_csv(source, header, cells):
    write_csv(source / "rdm/axis.csv", [(header,), *((c,) for c in cells)])
    dataset = read(source, "responses/rdm/sub-01")
    assert dataset.dissimilarity.dims == (header, "pair")
    if header != "repeat":
        assert dataset[header].values.tolist() == cells


def test_rdms_without_axis_are_single(source):
    (source / "rdm/axis.csv").unlink()
    save(source / "rdm/sub-01.npy", np.arange(N_PAIRS))
    save(source / "rdm/sub-02.npy", square(np.arange(N_PAIRS)))
    for subject in ("sub-01", "sub-02"):
        values = read(source, f"responses/rdm/{subject}").dissimilarity
        assert values.dims == ("pair",)
        assert values.values.tolist() == list(range(N_PAIRS))


def test_a_diagonal_of_nan_is_no_fault(source):
    given = np.load(source / "rdm/sub-02.npy")
    given[:, range(N_STIMULI), range(N_STIMULI)] = np.nan
    save(source / "rdm/sub-02.npy", given)
    assert np.isfinite(read(source, "responses/rdm/sub-02").dissimilarity).all()


def test_atlases_of_all_formats_agree(source):
    surfer, gifti = read(source, "rois/surfer"), read(source, "rois/gifti")
    for atlas in (surfer, gifti):
        assert atlas.name.values.tolist() == ["V1", "V2"]
        assert atlas.colour.values.tolist() == ["#ff0000", "#0080ff"]
        assert atlas.label.values[[0, 10, 30, 642, 652, 672]].tolist() == [1, 2, 0, 1, 2, 0]
    table = read(source, "rois/table")
    assert "colour" not in table
    assert table.label.values[[0, 10, 642, 661, 662]].tolist() == [1, 0, 2, 2, 0]
    whole = read(source, "rois/whole")
    assert whole.name.values.tolist() == ["V2"]
    assert whole.label.values[[0, 641, 642]].tolist() == [0, 0, 1]


def test_atlas_table_of_numbers_with_a_header(source):
    rows = [("roi",), *((f"{k % 3}.0",) for k in range(N_VERTICES))]
    write_csv(source / "rois/table.csv", rows)
    atlas = read(source, "rois/table")
    assert atlas.name.values.tolist() == ["1", "2"]
    assert atlas.label.values[:4].tolist() == [0, 1, 2, 0]


def test_gifti_hemispheres_may_have_the_names_of_freesurfer(source):
    for hemi, side in (("L", "lh"), ("R", "rh")):
        (source / f"rois/gifti.{hemi}.label.gii").rename(source / f"rois/{side}.other.label.gii")
    assert read(source, "rois/other").sizes["vertex"] == N_VERTICES


def test_an_atlas_tells_the_mesh_where_there_is_no_fmri(source):
    only(source, "stimuli.csv", "rois")
    assert READER.describe(source).manifest["mesh"] == "fsaverage3"


def test_features_and_model_rdms(source):
    features = read(source, "features/tiny/array")
    assert features.feature.dims == ("stimulus", "layer", "unit")
    given = np.load(source / "features/tiny.npy")
    np.testing.assert_array_equal(features.feature, given.transpose(1, 0, 2))
    assert features.attrs == {"model": "tiny", "family": "array", "stimuli": "stimuli/images"}
    save(source / "features/tiny.npy", given[0])
    assert read(source, "features/tiny/array").sizes["layer"] == 1
    alone, deep = read(source, "features/alone/rdm"), read(source, "features/deep/rdm")
    assert alone.dissimilarity.dims == ("layer", "pair")
    assert alone.layer_name.values.tolist() == ["alone"]
    assert deep.layer.values.tolist() == [0, 1]
    np.testing.assert_array_equal(alone.dissimilarity[0], deep.dissimilarity[0])


def test_features_of_words_where_there_are_no_images(source):
    only(source, "words.csv", "features")
    save(source / "features/tiny.npy", RNG.random((N_WORDS, 4)))
    assert read(source, "features/tiny/array").attrs["stimuli"] == "stimuli/story"


def test_what_is_ignored_is_noted(source):
    (source / "EEG.set").touch()
    (source / "README.md").touch()
    (source / "fmri/sub-03.mat").touch()
    (source / "fmri/._sub-01.npy").touch()
    (source / "rois/labels.txt").touch()
    replace(source / "stimuli.csv", "split", "weather")
    notes = "\n".join(READER.describe(source).notes)
    assert "Columns of stimuli.csv ignored: weather." in notes
    assert "Ignored in the source: EEG.set (expected" in notes
    assert "Ignored in fmri/: sub-03.mat (expected sub-*.npy" in notes
    assert "Ignored in rois/: labels.txt" in notes
    assert "README" not in notes
    assert "._sub" not in notes


# What is refused


def bytes_of(file, n):
    file.write_bytes(file.read_bytes()[:n])


def objects(file):
    np.save(file, np.array([{}, 1], dtype=object), allow_pickle=True)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
ARRAY_FAULTS = {
    "empty": (lambda f: f.write_bytes(b""), "an empty file, expected data. Export"),
    "pointer": (lambda f: f.write_bytes(POINTER), "a Git LFS pointer, .*`git lfs pull`"),
    "truncated": (lambda f: bytes_of(f, 5000), "damaged or truncated file .*Save or copy it again"),
    "header": (lambda f: bytes_of(f, 40), "damaged or truncated file"),
    "magic": (lambda f: f.write_bytes(b"hello"), "found no NPY file, .*numpy.save"),
    "archive": (lambda f: f.write_bytes(b"PK\3\4"), "found an NPZ archive"),
    "objects": (objects, "Python objects, expected numbers"),
    "complex": (lambda f: np.save(f, np.ones(3, complex)), "dtype complex128, expected real"),
    "text": (lambda f: np.save(f, np.array(["a"])), "dtype <U1, expected real numbers"),
    "no value": (lambda f: np.save(f, np.zeros((12, 0))), r"shape \(12, 0\), so no value"),
    "dims": (lambda f: save(f, np.zeros(12)), r"shape \(12,\), expected \(n_stimuli, n_vertices\)"),
    "many dims": (lambda f: save(f, np.zeros((1, 1, 1, 1))), "or \\(n_repeats, n_stimuli"),
    "stimuli": (
        lambda f: save(f, np.zeros((11, N_VERTICES))),
        r"sub-01.npy: found 11 stimuli \(shape \(11, 1284\)\), expected 12, the rows of stimuli",
    ),
    "transposed": (lambda f: save(f, np.zeros((50, 12))), "Axis 1 .* has 12: transpose the array"),
    "meshes": (
        lambda f: save(f, np.zeros((12, 20_484))),
        r"sub-02.npy: found 1,284 vertices \(fsaverage3\), expected 20,484 \(fsaverage5\)",
    ),
    "one hemisphere": (
        lambda f: save(f, np.zeros((12, 642))),
        r"sub-02.npy: found 1,284 .*expected 642 \(no mesh\) as in sub-01.npy",
    ),
}


@pytest.mark.parametrize("case", ARRAY_FAULTS)
def test_faulty_arrays_are_refused_before_anything_is_read(source, case):
    damage, message = ARRAY_FAULTS[case]
    damage(source / "fmri/sub-01.npy")
    with pytest.raises(ImporterError, match=message):
        READER.describe(source)


def test_ambiguous_and_wrong_meshes_are_refused(source):
    only(source, "stimuli.csv")
    file = source / "fmri/sub-01.npy"
    file.parent.mkdir()
    np.lib.format.open_memmap(file, mode="w+", dtype="float32", shape=(N_STIMULI, 327_684))
    with pytest.raises(ImporterError, match="fsaverage7 or fsLR-164k: say which with --mesh"):
        READER.describe(source)
    assert READER.describe(source, "fsaverage7").manifest["mesh"] == "fsaverage7"
    with pytest.raises(ImporterError, match="327,684 vertices, expected those of fsaverage5"):
        READER.describe(source, "fsaverage5")
    with pytest.raises(UnknownNameError, match=r"No mesh is called 'fsaverage8'.*fsLR-32k"):
        READER.describe(source, "fsaverage8")


@pytest.mark.parametrize(
    ("value", "dtype", "message"),
    [
        (np.inf, "float32", r"found 3 infinite values .*the first at \[1, 4, 9\] counted from 0"),
        (-1e300, "float64", r"sub-01.npy: found 3 infinite values \(or too large for float32\)"),
    ],
)
def test_infinite_values_are_refused_with_their_place(source, value, dtype, message):
    given = np.load(source / "fmri/sub-01.npy").astype("float64")
    given[1, 4, 9] = given[1, 5, 2] = given[1, 11, 1283] = value
    save(source / "fmri/sub-01.npy", given, dtype)
    READER.describe(source)
    with pytest.raises(ImporterError, match=message):
        read(source, "responses/fmri/sub-01")


STIMULI = "stimulus,image,caption_0\n1,,a\n2,,b\n"
TABLE_FAULTS = {
    "empty": (b"", "an empty file"),
    "pointer": (POINTER, "a Git LFS pointer"),
    "latin": (STIMULI.encode() + b"3,,caf\xe9\n", "not UTF-8 .number 41.*Save it as 'CSV UTF-8'"),
    "utf-16": (STIMULI.encode("utf-16"), "not UTF-8"),
    "blank": (b"\n\n", "no complete table"),
    "header": (b"stimulus,image\n", "a header without rows"),
    "quote": (STIMULI.encode() + b'3,,"open\n', "no complete table .*EOF inside string"),
    "long row": (STIMULI.encode() + b"3,,a,b\n", "no complete table .*Expected 3 fields in line 4"),
    "no column": (
        b"id,image\n1,a\n",
        "columns 'id', 'image', expected a column 'stimulus'. Add it, or correct its name",
    ),
    "semicolons": (b"stimulus;image\n1;a\n", "Separate the cells by commas"),
    "twice": (b"stimulus,image,image\n1,a,b\n", "column 'image' more than once"),
    "nothing shown": (b"stimulus,split\n1,a\n", "expected caption_0, image, condition or concept"),
    "text id": (b"stimulus,image\n1,a\nx,b\n", "'x' as stimulus in row 2, expected a whole number"),
    "no id": (b"stimulus,image\n,a\n", "'' as stimulus in row 1"),
    "huge id": (b"stimulus,image\n99999999999999999999,a\n", "as stimulus in row 1"),
    "same id": (
        b"stimulus,image\n4,a\n5,b\n4,c\n",
        "stimulus 4 in rows 1, 3, expected each id once",
    ),
}


@pytest.mark.parametrize("case", TABLE_FAULTS)
def test_faulty_tables_are_refused(source, case):
    content, message = TABLE_FAULTS[case]
    only(source, "stimuli.csv")
    (source / "stimuli.csv").write_bytes(content)
    with pytest.raises(ImporterError, match=message):
        READER.describe(source)


MISSING = {
    "eeg/channels.csv": "channels.csv: found no file",
    "eeg/times.csv": "times.csv: found no file",
    "ieeg/sub-01_channels.csv": "sub-01_channels.csv: found no file",
    "ieeg/times.csv": "times.csv: found no file",
    "rdm/axis.csv": r"sub-01.npy: found shape \(2, 66\).*A leading axis needs rdm/axis.csv",
    "words.csv": "ieeg: found no words.csv beside it",
    "stimuli.csv": "fmri: found no stimuli.csv beside it",
    "rois/rh.surfer.annot": "one hemisphere, expected the right one of the atlas 'surfer' too",
    "rois/gifti.L.label.gii": "one hemisphere, expected the left one of the atlas 'gifti' too",
}


@pytest.mark.parametrize("file", MISSING)
def test_missing_files_are_named(source, file):
    (source / file).unlink()
    with pytest.raises(ImporterError, match=MISSING[file]):
        READER.describe(source)


def test_a_folder_without_tables_is_refused(source):
    only(source)
    with pytest.raises(ImporterError, match=r"neither stimuli.csv nor words.csv"):
        READER.describe(source)


CELL_FAULTS = [
    ("eeg/times.csv", "\n0.1", "\n150", "times from -0.1 to 150, .*look like milliseconds: divide"),
    ("eeg/times.csv", "\n0.1", "\n-0.1", "-0.1 after 0, expected times that rise"),
    ("eeg/times.csv", "\n0.1", "\nsoon", "'soon' as time in row 3, expected a finite number"),
    ("eeg/times.csv", "0.2\r\n", "", "found 4 times .*expected 3, the rows of .*times.csv"),
    ("eeg/times.csv", "\n0.1", "\n0.1,0.11", "2 cells in row 4, expected one column"),
    ("eeg/channels.csv", "Pz", "Oz", "'Oz' a second time as name in row 2"),
    ("eeg/channels.csv", "Pz", "", "an empty cell as name in row 2"),
    ("eeg/channels.csv", "0.09", "90", "up to 90, expected metres .*Divide millimetres by 1000"),
    ("eeg/channels.csv", ",z", ",q", "columns x, y, expected x, y and z, or none"),
    ("eeg/channels.csv", "Cz,0.02,0.0,0.09\r\n", "", "found 3 channels .*expected 2, the rows of"),
    ("ieeg/sub-01_channels.csv", "-50,10", "-0.05,300", "up to 300, expected mm in MNI space"),
    ("ieeg/sub-01_channels.csv", ",x,", ",i,", "expected a column 'x'"),
    ("words.csv", "0.5,0.9", "0.5,0.4", "a word from 0.5 to 0.4 s in row 2, expected words that"),
    ("words.csv", "0.5,0.9", "3.5,3.9", "a word from 1 to 1.4 s in row 3, .*in the order"),
    ("words.csv", "0.5,0.9,0", "0.5,0.9,one", "'one' as sentence in row 2"),
    ("words.csv", "0.5,0.9", ",0.9", "'' as onset in row 2, expected a finite number"),
    (
        "words.csv",
        "word14,7.0,7.4,2\r\n",
        "",
        "found 15 words .*expected 14, the rows of words.csv",
    ),
    ("rdm/axis.csv", "repeat", "session", "the header 'session' and 2 rows, expected one of roi"),
    ("rdm/axis.csv", "second\r\n", "", r"shape \(2, 66\), expected \(1, 12, 12\) or \(1, 66\)"),
    ("about.json", "licence", "license", "license: 'CC0', expected title .str., citation"),
    ("about.json", "true", '"yes"', "simulated: 'yes', expected"),
    ("about.json", "{", "[", "no JSON"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), CELL_FAULTS)
def test_faulty_cells_are_refused(source, file, old, new, message):
    path = source / file
    raw = path.read_bytes().decode("utf-8-sig")
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1).encode())
    with pytest.raises(ImporterError, match=message):
        READER.describe(source)


def test_milliseconds_and_metres_of_a_story_are_told(source):
    rows = [(f"w{k}", 500 * k, 500 * k + 400, 0) for k in range(N_WORDS)]
    write_csv(source / "words.csv", [("word", "onset", "offset", "sentence"), *rows])
    with pytest.raises(ImporterError, match="words of 400 s, expected onset and offset in seconds"):
        READER.describe(source)
    write_miniature(source)
    rows = [(name, 0.05, 0.01, -0.02) for name in CONTACTS]
    write_csv(source / "ieeg/sub-01_channels.csv", [("name", "x", "y", "z"), *rows])
    with pytest.raises(ImporterError, match=r"no coordinate above 0.05, .*multiply by 1000"):
        READER.describe(source)


def test_about_must_be_an_object(source):
    (source / "about.json").write_text(json.dumps(["title"]))
    with pytest.raises(ImporterError, match="found list, expected an object"):
        READER.describe(source)


def test_units_must_be_known(source):
    (source / "fmri/units.txt").write_text("tesla")
    with pytest.raises(ImporterError, match="found 'tesla', expected one of V, mV"):
        READER.describe(source)


@pytest.mark.parametrize("name", ["sub-0 1", "sub-é", "sub-a:b", "sub-..%2f"])
def test_subjects_that_are_no_safe_name_are_refused(source, name):
    (source / "eeg/sub-01.npy").rename(source / f"eeg/{name}.npy")
    with pytest.raises(ImporterError, match=r"expected letters, digits, .*Rename the file"):
        READER.describe(source)


def test_asymmetric_rdms_and_similarities_are_refused(source):
    given = np.load(source / "rdm/sub-02.npy")
    given[1, 2, 5] += 0.5
    save(source / "rdm/sub-02.npy", given)
    with pytest.raises(
        ImporterError, match=r"at \[2, 5\] and .* at \[5, 2\], expected a symmetric"
    ):
        read(source, "responses/rdm/sub-02")
    save(source / "rdm/sub-02.npy", 1 - np.load(source / "rdm/sub-02.npy"))
    with pytest.raises(ImporterError, match=r"1 between stimulus 0 .* 0 on the diagonal. Give 1 m"):
        read(source, "responses/rdm/sub-02")


@pytest.mark.parametrize("folder", ["rdm", "model_rdms", "features"])
def test_models_and_rdms_of_another_number_of_stimuli_are_refused(source, folder):
    file = next((source / folder).glob("*.npy"))
    save(file, np.zeros((2, 11, 11)))
    with pytest.raises(ImporterError, match=r"\(2, 11, 11\).*12"):
        READER.describe(source)


def test_features_need_two_or_three_axes(source):
    save(source / "features/tiny.npy", np.zeros(12))
    with pytest.raises(ImporterError, match=r"\(12,\), expected \(n_stimuli, n_units\) or"):
        READER.describe(source)


ATLAS_FAULTS = {
    "rows": (lambda d: write_csv(d / "table.csv", [("V1",)] * 900), "900 labels, expected 1,284"),
    "columns": (
        lambda d: write_csv(d / "table.csv", [("a", "b")] * N_VERTICES),
        "2 cells in row 1, expected one column",
    ),
    "no region": (lambda d: write_csv(d / "table.csv", [("0",)] * N_VERTICES), "found no region"),
    "two sources": (
        lambda d: write_csv(d / "surfer.csv", [("V1",)] * N_VERTICES),
        "surfer.csv.* one source of the atlas 'surfer'",
    ),
    "annot": (lambda d: bytes_of(d / "lh.surfer.annot", 900), "labels that cannot be read"),
    "annot pointer": (lambda d: (d / "lh.surfer.annot").write_bytes(POINTER), "Git LFS pointer"),
    "gifti": (lambda d: bytes_of(d / "whole.label.gii", 900), "labels that cannot be read"),
    "hemispheres": (
        lambda d: write_annot(d / "rh.surfer.annot", np.ones(600, dtype=np.int32)),
        "found 600 vertices, expected 642 as in lh.surfer.annot",
    ),
    "half": (
        lambda d: write_gifti(d / "whole.label.gii", np.ones(642, dtype=np.int32)),
        "whole.label.gii: found 642 labels, expected 1,284.* left then right",
    ),
    "name": (
        lambda d: (d / "table.csv").rename(d / "my table.csv"),
        "the name 'my table', expected letters",
    ),
}


@pytest.mark.parametrize("case", ATLAS_FAULTS)
def test_faulty_atlases_are_refused(source, case):
    damage, message = ATLAS_FAULTS[case]
    damage(source / "rois")
    with pytest.raises(ImporterError, match=message):
        READER.describe(source)


def test_an_atlas_of_targets_is_sent_to_targets_csv(source):
    only(source, "stimuli.csv")
    save(source / "fmri/sub-01.npy", RNG.random((N_STIMULI, 30)))
    write_csv(source / "rois/mine.csv", [("V1",)] * 30)
    with pytest.raises(ImporterError, match=r"30 labels, .*belong into fmri/targets.csv"):
        READER.describe(source)


def test_targets_csv_must_name_every_target(source):
    only(source, "stimuli.csv", "fmri")
    write_csv(source / "fmri/targets.csv", [("target", "roi"), ("a", "V1")])
    with pytest.raises(
        ImporterError, match=r"found 1,284 targets .*expected 1, the rows of .*targ"
    ):
        READER.describe(source)
