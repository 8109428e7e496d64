import io
import os

import pytest
from PIL import Image

from explorer.study.stimuli import open_image
from explorer.widgets.thumbnails import PIXELS, Thumbnails


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (400, 200), "red").save(tmp_path / "images" / "a.png")
    return tmp_path / "images"


@pytest.fixture
def opened():
    return []


@pytest.fixture
def maker(folder, tmp_path, opened):
    def open_counted(where, file):
        opened.append(file)
        return open_image(where, file)

    return Thumbnails(folder, tmp_path / "cache", open_counted)


def test_thumbnail_is_the_middle_square_of_the_picture(folder, maker):
    wide = Image.new("RGB", (400, 200), "red")
    wide.paste("blue", (100, 0, 300, 200))
    wide.save(folder / "wide.png")
    made = Image.open(io.BytesIO(maker.read("wide.png")))
    assert made.format == "JPEG"
    assert made.size == (PIXELS, PIXELS)
    for place in ((4, 4), (PIXELS - 4, PIXELS - 4)):
        red, green, blue = made.getpixel(place)
        assert blue > 200
        assert max(red, green) < 60


def test_thumbnail_is_made_once(maker, opened, folder, tmp_path):
    first = maker.read("a.png")
    again = Thumbnails(folder, tmp_path / "cache", open_image)
    assert maker.read("a.png") == again.read("a.png") == first
    assert opened == ["a.png"]
    assert not list((tmp_path / "cache").glob("*.part"))


@pytest.mark.parametrize("what", ["time", "size"])
def test_changed_picture_is_drawn_anew(maker, opened, folder, what):
    first = maker.read("a.png")
    before = (folder / "a.png").stat()
    Image.new("RGB", (400, 200) if what == "time" else (300, 300), "blue").save(folder / "a.png")
    if what == "time":
        os.utime(folder / "a.png", ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert maker.read("a.png") != first
    assert opened == ["a.png", "a.png"]


def test_broken_and_missing_pictures_are_empty(maker, folder):
    whole = (folder / "a.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[:40])
    (folder / "text.png").write_text("no picture")
    assert [maker.read(f) for f in ("cut.png", "text.png", "none.png")] == [b"", b"", b""]


def test_picture_outside_the_folder_is_not_shown(maker, folder):
    Image.new("RGB", (8, 8)).save(folder.parent / "secret.png")
    assert maker.read("../secret.png") == b""


def test_cache_that_cannot_be_written_costs_time_only(folder, tmp_path):
    (tmp_path / "file").write_text("no folder")
    maker = Thumbnails(folder, tmp_path / "file", open_image)
    assert maker.read("a.png") == maker.read("a.png")
    assert maker.read("a.png").startswith(b"\xff\xd8")
