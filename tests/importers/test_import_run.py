import contextlib
import errno
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from miniature import IDS, N_STIMULI, save, write_csv, write_miniature
from PIL import Image

from explorer.errors import ImporterError, StudyError, UnknownNameError
from explorer.importers import IMPORTERS
from explorer.importers.folder import FolderImporter
from explorer.importers.run import import_study
from explorer.study import store
from explorer.study.check import check_study
from explorer.study.digest import digest_dataset
from explorer.study.schema import group_faults
from explorer.study.study import MANIFEST, Study

N_GROUPS = 16


@pytest.fixture
def source(tmp_path):
    return write_miniature(tmp_path / "source")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    import_study("folder", write_miniature(folder / "source"), folder / "study")
    return folder


@pytest.fixture
def done(template, source, path):
    """A study that ``source`` was imported into."""
    shutil.rmtree(source)
    shutil.copytree(template, path.parent, dirs_exist_ok=True)
    return Study(path)


def size(file):
    with Image.open(file) as picture:
        picture.load()
        return picture.size


def stamps(study):
    return {n: (study.target(n) / "zarr.json").stat().st_mtime_ns for n in study.groups()}


def assert_sound(path):
    """All that can be seen is whole: nothing torn, nothing wrong but that it did not end."""
    study = Study(path)
    for name in study.groups():
        dataset = study[name].load()
        assert group_faults(name, dataset) == []
        assert dataset.attrs["digest"] == digest_dataset(dataset)
    for file in (path / "images").rglob("[!.]*.png"):
        size(file)
    return study


def test_import_gives_a_study_without_fault(source, path):
    study, found = import_study("folder", source, path)
    assert check_study(study) == []
    assert len(study.groups()) == N_GROUPS
    assert found.notes == ()
    assert study.manifest.title == "Miniature"
    assert study.manifest.mesh == "fsaverage3"
    assert study.manifest.simulated
    assert study.manifest.unfinished == ""
    assert size(path / "images/set/103.png") == (8, 6)
    assert study["stimuli/images"].image.values[1] == "set/103.png"


def test_reimport_writes_nothing_that_is_unchanged(done, source, path):
    study = done
    before = stamps(study)
    pictures = {p: p.stat().st_ino for p in (path / "images").rglob("*.png")}
    import_study("folder", source, path)
    assert stamps(study) == before
    assert {p: p.stat().st_ino for p in (path / "images").rglob("*.png")} == pictures


def test_reimport_replaces_what_changed_and_keeps_what_is_gone(done, source, path):
    study = done
    before = stamps(study)
    given = np.full((N_STIMULI, 1284), 2.0) * np.arange(N_STIMULI)[:, None]
    save(source / "fmri/sub-02.npy", given)
    (source / "ieeg/sub-02.npy").unlink()
    Image.new("RGB", (9, 9), "red").save(source / "images/set/106.png")
    study, found = import_study("folder", source, path)
    after = stamps(study)
    assert [n for n in before if before[n] != after[n]] == ["responses/fmri/sub-02"]
    np.testing.assert_array_equal(study["responses/fmri/sub-02"].response, given)
    assert size(path / "images/set/106.png") == (9, 9)
    assert "responses/ieeg/sub-02: in the study, not in" in found.notes[0]
    assert check_study(study) == []


def test_reimport_repairs_a_damaged_group(done, source, path):
    study = done
    chunk = next(
        p for p in (study.target("responses/eeg/sub-01") / "response/c").rglob("*") if p.is_file()
    )
    chunk.write_bytes(b"torn")
    assert len(check_study(Study(path))) == 1
    study, _ = import_study("folder", source, path)
    assert check_study(study) == []


def test_a_group_is_written_again_when_its_attributes_changed(done, source, path):
    study = done
    before = stamps(study)
    study.write("features/tiny/array", study["features/tiny/array"].assign_attrs(model="other"))
    import_study("folder", source, path)
    assert study["features/tiny/array"].attrs["model"] == "tiny"
    assert before.keys() == stamps(study).keys()


def test_auto_chooses_the_only_importer_that_can_read(source, path, tmp_path, monkeypatch):
    study, _ = import_study("auto", source, path)
    assert len(study.groups()) == N_GROUPS
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ImporterError, match=r"no layout that is known: folder \(Folder of CSV and"):
        import_study("auto", empty, tmp_path / "other")
    monkeypatch.setitem(IMPORTERS._table, "twin", "explorer.importers.folder:FolderImporter")
    with pytest.raises(ImporterError, match=r"several layouts: folder \(.*\), twin \(.*Say which"):
        import_study("auto", source, path)


def test_wrong_names_are_told(source, path, tmp_path):
    with pytest.raises(UnknownNameError, match=r"No importer is called 'folders'.*mean 'folder'"):
        import_study("folders", source, path)
    with pytest.raises(ImporterError, match=r"nowhere does not exist. Name the folder"):
        import_study("folder", tmp_path / "nowhere", path)
    path.touch()
    with pytest.raises(StudyError, match=r"is a file, expected a folder"):
        import_study("folder", source, path)


def test_a_folder_with_other_things_in_it_is_left_alone(source, path):
    before = sorted(source.rglob("*"))
    with pytest.raises(StudyError, match="a folder with other things in it"):
        import_study("folder", source, source)
    assert sorted(source.rglob("*")) == before


def test_progress_counts_groups_and_pictures(source, path):
    seen = []
    import_study("folder", source, path, progress=lambda *step: seen.append(step))
    assert seen[0] == (0, N_GROUPS, "stimuli/images")
    assert (5, N_STIMULI, "images") in seen
    assert (3, N_GROUPS, "responses/fmri/sub-02") in seen
    assert seen[-1] == (N_GROUPS, N_GROUPS, "done")


def test_the_mesh_is_kept_in_the_command_that_goes_on(source, path, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_zarr", fail)
    with pytest.raises(StudyError):
        import_study("auto", source, path, mesh="fsaverage3")
    command = Study(path).manifest.unfinished
    assert command == f"python -m explorer import folder {source} {path} --mesh fsaverage3"


# Pictures


def broken_pictures(source):
    folder = source / "images/set"
    whole = (folder / "106.png").read_bytes()
    (folder / "106.png").write_bytes(whole[: len(whole) // 2])
    (folder / "109.png").write_bytes(b"<html>")
    (folder / "112.png").unlink()
    Image.new("RGB", (4, 4)).save(source / "outside.png")
    (folder / "115.png").unlink()
    (folder / "115.png").symlink_to(source / "outside.png")


def test_broken_pictures_are_left_out_and_named(source, path):
    broken_pictures(source)
    table = (source / "stimuli.csv").read_text(encoding="utf-8-sig")
    table = table.replace("set/118.png", "../outside.png").replace("set/121.png", "/etc/passwd")
    (source / "stimuli.csv").write_text(table, encoding="utf-8")
    study, found = import_study("folder", source, path)
    note = next(n for n in found.notes if n.startswith("stimuli/images: "))
    assert "6 of 11 pictures cannot be shown: 'set/106.png' (" in note
    assert "and 1 more. Replace them and import again." in note
    files = dict(zip(IDS, study["stimuli/images"].image.values.tolist(), strict=True))
    assert [k for k, v in files.items() if not v] == [100, 106, 109, 112, 115, 118, 121]
    kept = sorted(p.name for p in (path / "images").rglob("*") if p.is_file())
    assert kept == ["103.png", "124.png", "127.png", "130.png", "133.png"]
    assert check_study(study) == []


def test_a_picture_that_was_replaced_comes_back(source, path):
    whole = (source / "images/set/106.png").read_bytes()
    (source / "images/set/106.png").write_bytes(whole[:20])
    study, _ = import_study("folder", source, path)
    assert study["stimuli/images"].image.values[2] == ""
    (source / "images/set/106.png").write_bytes(whole)
    study, found = import_study("folder", source, path)
    assert study["stimuli/images"].image.values[2] == "set/106.png"
    assert found.notes == ()


def test_pictures_without_a_folder_are_left_out(source, path):
    shutil.rmtree(source / "images")
    study, found = import_study("folder", source, path)
    assert "11 of 11 pictures cannot be shown" in found.notes[0]
    assert set(study["stimuli/images"].image.values.tolist()) == {""}


def test_odd_cells_are_no_pictures(source, path):
    rows = [("stimulus", "image"), (1, "a\0b"), (2, "x" * 5000), (3, "set"), (4, "set/./103.png")]
    for folder in ("fmri", "eeg", "rdm", "features", "model_rdms"):
        shutil.rmtree(source / folder)
    write_csv(source / "stimuli.csv", rows)
    study, found = import_study("folder", source, path)
    assert study["stimuli/images"].image.values.tolist() == ["", "", "", "set/103.png"]
    assert "3 of 4 pictures" in found.notes[0]


def test_notes_on_the_values_come_with_the_groups(source, path):
    given = np.load(source / "eeg/sub-01.npy")
    given[:, :, 0, 0] = 4
    save(source / "eeg/sub-01.npy", given)
    study, found = import_study("folder", source, path)
    assert found.notes == (
        "responses/eeg/sub-01: of 12 targets, 1 are constant over stimuli, so they have no score",
    )
    assert check_study(study) == []


# Faults on the way


def test_a_fault_that_headers_show_leaves_nothing(source, path):
    (source / "eeg/times.csv").unlink()
    with pytest.raises(ImporterError):
        import_study("folder", source, path)
    assert not path.exists()


def test_a_fault_of_the_values_leaves_complete_groups_and_the_mark(source, path):
    given = np.load(source / "fmri/sub-02.npy")
    given[3, 3] = np.inf
    save(source / "fmri/sub-02.npy", given)
    with pytest.raises(ImporterError, match="1 infinite values"):
        import_study("folder", source, path)
    study = assert_sound(path)
    assert study.groups() == ["responses/fmri/sub-01", "stimuli/images", "stimuli/story"]
    faults = check_study(study)
    assert [f.where for f in faults] == [MANIFEST]
    assert f"`python -m explorer import folder {source} {path}`" in faults[0].fix


def test_a_study_that_was_complete_keeps_its_groups_when_a_reimport_fails(done, source, path):
    study = done
    before = stamps(study)
    given = np.load(source / "fmri/sub-02.npy")
    given[3, 3] = np.inf
    save(source / "fmri/sub-02.npy", given)
    with pytest.raises(ImporterError):
        import_study("folder", source, path)
    assert stamps(assert_sound(path)) == before
    assert [f.where for f in check_study(Study(path))] == [MANIFEST]


def test_what_a_kill_before_the_first_group_leaves_is_no_obstacle(source, path):
    path.mkdir()
    (path / f".{MANIFEST}{store.PARTIAL}0000").write_text("{")
    study, _ = import_study("folder", source, path)
    assert check_study(study) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_imports_go_on_and_show_nothing_half_written(source, path):
    rng = random.Random(0)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["explorer.importers.run", "explorer.importers.folder"])
    context.Process(target=int).start()  # the server now has its imports done
    seconds, n_killed, ended = 0.0, 0, True
    while n_killed < 12:
        if ended or n_killed % 4 == 0:
            shutil.rmtree(path, ignore_errors=True)
        process = context.Process(target=import_study, args=("folder", source, path))
        start = time.monotonic()
        process.start()
        process.join(rng.uniform(0, seconds) if seconds else None)
        process.kill()
        process.join()
        ended = process.exitcode == 0
        seconds = seconds or time.monotonic() - start  # the first one says how long it takes
        n_killed += process.exitcode == -signal.SIGKILL
        if (path / MANIFEST).exists():
            assert_sound(path)
    study, _ = import_study("folder", source, path)
    assert check_study(study) == []
    assert len(study.groups()) == N_GROUPS


@pytest.mark.parametrize("moment", range(9))
def test_a_stop_at_any_rename_leaves_a_sound_study(done, source, path, monkeypatch, moment):
    """What kill -9 does, at chosen moments: nothing is cleaned up, nothing runs after it."""
    rng = np.random.default_rng(moment)
    for n in (1, 2):
        save(source / f"fmri/sub-0{n}.npy", rng.random((N_STIMULI, 1284)))
    write_csv(source / "rdm/axis.csv", [("roi",), ("a",), ("b",)])
    left = moment

    def rename(self, target):
        nonlocal left
        left -= 1
        if left < 0:
            raise _KilledError
        return self.replace(target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        patch.setattr(store, "delete", lambda path: None)
        with pytest.raises(_KilledError) if moment < 8 else contextlib.nullcontext():
            import_study("folder", source, path)
    assert len(assert_sound(path).groups()) == N_GROUPS
    study, _ = import_study("folder", source, path)
    assert check_study(study) == []


class _KilledError(BaseException):
    """Stands for the death of the process."""


def test_a_full_disk_leaves_the_previous_content(done, source, path, monkeypatch):
    study = done
    before = stamps(study)
    save(source / "fmri/sub-01.npy", np.random.default_rng(9).random((N_STIMULI, 1284)))
    write = xr.Dataset.to_zarr

    def fill(self, path, **options):
        write(self, path, **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_zarr", fill)
    with pytest.raises(StudyError, match=r"sub-01.zarr: the disk is full; .* free some space"):
        import_study("folder", source, path)
    assert stamps(assert_sound(path)) == before
    assert not list(path.rglob(f"*{store.PARTIAL}*"))


def test_a_full_disk_while_a_picture_is_copied(source, path, monkeypatch):
    def fill(old, new):
        Path(new).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill)
    with pytest.raises(StudyError, match=r"103.png: the disk is full"):
        import_study("folder", source, path)
    assert not [p for p in (path / "images").rglob("*") if p.is_file()]
    assert Study(path).groups() == []


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        pytest.skip(f"no mount: {error}")
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(source, small_disk):
    path = small_disk / "study"
    save(
        source / "fmri/sub-02.npy",
        np.random.default_rng(0).random((N_STIMULI * 5, 1284)).reshape(5, N_STIMULI, 1284),
    )
    with pytest.raises(StudyError, match="the disk is full"):
        import_study("folder", source, path)
    study = assert_sound(path)
    assert "responses/fmri/sub-02" not in study
    assert study.manifest.unfinished
    assert not list(path.rglob(f"*{store.PARTIAL}*"))


@pytest.fixture
def shared_folder():
    """A folder that every user can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for found in folder.rglob("*"):
        if found.is_dir():
            found.chmod(0o755)
    shutil.rmtree(folder)


AS_NOBODY = """
import os, sys
from explorer.errors import StudyError
from explorer.importers.run import import_study
source, path, warm = sys.argv[1:]
import_study("folder", source, warm)
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    import_study("folder", source, path)
except StudyError as error:
    sys.stdout.write(str(error))
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="no users on this system")
def test_a_read_only_folder_is_told(template, shared_folder):
    for name in ("source", "study"):
        shutil.copytree(template / name, shared_folder / name)
        (shared_folder / name).chmod(0o755)
    source, path, warm = (shared_folder / name for name in ("source", "study", "warm"))
    before = stamps(Study(path))
    save(source / "fmri/sub-01.npy", np.zeros((N_STIMULI, 1284)))
    for folder in (path, *(p for p in path.rglob("*") if p.is_dir())):
        folder.chmod(0o555)
    command = [sys.executable, "-c", AS_NOBODY, str(source), str(path), str(warm)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "study.json: the folder cannot be written (Permission denied)" in done.stdout
    assert "copy the study to a folder of yours" in done.stdout
    assert stamps(Study(path)) == before


def test_an_importer_that_raises_something_else_is_not_hidden(source, path, monkeypatch):
    def broken(*_):
        yield from ()
        raise RuntimeError("a bug")

    monkeypatch.setattr(FolderImporter, "read", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        import_study("folder", source, path)
    assert Study(path).manifest.unfinished
