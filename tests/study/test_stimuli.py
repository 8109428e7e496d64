import io
import zlib

import numpy as np
import pytest
import xarray as xr
from PIL import Image, ImageOps

from explorer.errors import StudyError
from explorer.study import stimuli as module
from explorer.study.stimuli import captions, image_files, labels, open_image
from explorer.study.study import Study

RED = (254, 0, 0)  # JPEG keeps it to within a step or two


def text(*values):
    return np.array(values, dtype=object)


@pytest.fixture
def study(tmp_path):
    study = Study.create(tmp_path / "study")
    rows = np.array([["one", ""], ["<b>two</b>", "deux"], ["", " "]], dtype=object)
    dataset = xr.Dataset(
        {
            "caption": (("stimulus", "caption_index"), rows),
            "image": ("stimulus", text("a.png", "", "c.png")),
            "condition": ("stimulus", text("x", "y", "x")),
        },
        {"stimulus": [5, 3, 9]},
    )
    study.write("stimuli/images", dataset)
    return study


def test_captions_are_the_non_empty_ones_by_id(study):
    assert captions(study) == {5: ("one",), 3: ("<b>two</b>", "deux"), 9: ()}


def test_labels_and_images_by_id(study):
    assert labels(study, "condition") == {5: "x", 3: "y", 9: "x"}
    assert labels(study, "concept") == {}
    assert image_files(study) == {5: "a.png", 9: "c.png"}


def test_an_empty_study_has_no_stimuli(tmp_path):
    study = Study.create(tmp_path / "empty")
    assert captions(study) == labels(study, "condition") == image_files(study) == {}


# Pictures of every kind become RGB


def near(picture, colour, tolerance=3):
    values = np.asarray(picture).reshape(-1, 3).astype(int)
    return bool((np.abs(values - colour) <= tolerance).all())


def save(folder, name, picture, **options):
    picture.save(folder / name, **options)
    opened = open_image(folder, name)
    assert opened.mode == "RGB"
    assert opened.size == picture.size
    return opened


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.bmp", "a.tif", "a.webp"])
def test_common_formats_keep_their_colour(tmp_path, name):
    assert near(save(tmp_path, name, Image.new("RGB", (9, 7), RED)), RED)


def test_grey_and_black_and_white_pictures(tmp_path):
    assert near(save(tmp_path, "grey.png", Image.new("L", (4, 4), 90)), (90, 90, 90))
    assert near(save(tmp_path, "bit.png", Image.new("1", (4, 4), 1)), (255, 255, 255))


def test_cmyk_pictures(tmp_path):
    cyan = save(tmp_path, "cmyk.jpg", Image.new("CMYK", (8, 8), (255, 0, 0, 0)))
    assert near(cyan, (0, 255, 255), tolerance=6)


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    opened = save(tmp_path, "deep.png", Image.fromarray(ramp))
    np.testing.assert_allclose(np.asarray(opened)[..., 0], ramp / 257, atol=1)


def test_the_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("RGB", (6, 6), c) for c in (RED, (0, 0, 255))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert near(open_image(tmp_path, "a.gif"), RED)


def test_palettes_and_transparency_come_out_on_white(tmp_path):
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, *RED])
    assert near(save(tmp_path, "p.png", palette), RED)
    assert near(save(tmp_path, "pt.png", palette, transparency=1), (255, 255, 255))
    assert near(save(tmp_path, "a.png", Image.new("RGBA", (4, 4), (*RED, 0))), (255, 255, 255))
    half = save(tmp_path, "h.png", Image.new("RGBA", (4, 4), (0, 0, 0, 128)))
    assert near(half, (127, 127, 127))
    assert near(save(tmp_path, "la.png", Image.new("LA", (4, 4), (0, 0))), (255, 255, 255))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
@pytest.mark.parametrize("value", range(1, 9))
def test_pictures_of_a_turned_camera_stand_upright(tmp_path, name, value):
    corners = np.zeros((32, 48, 3), np.uint8)  # one colour a quarter: no turn looks like another
    corners[:16, :24], corners[:16, 24:], corners[16:, :24] = RED, (0, 0, 255), (0, 255, 0)
    picture, exif = Image.fromarray(corners), Image.Exif()
    exif[0x0112] = value
    picture.save(tmp_path / name, exif=exif)
    lying = tmp_path / "lying.png"
    picture.save(lying, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(lying)))
    opened = np.asarray(open_image(tmp_path, name)).astype(int)
    assert opened.shape == expected.shape
    assert np.abs(opened - expected).mean() < 12


@pytest.mark.parametrize("damage", [b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00nothing"])
def test_a_damaged_exif_does_not_hide_its_picture(tmp_path, damage):
    Image.new("RGB", (8, 8), RED).save(tmp_path / "a.jpg", exif=damage)
    assert near(open_image(tmp_path, "a.jpg"), RED)


def test_alpha_of_a_palette_comes_out_on_white(tmp_path):
    colours = Image.new("RGBA", (4, 4), (*RED, 0)).quantize(4)
    colours.save(tmp_path / "p.png")
    assert near(open_image(tmp_path, "p.png"), (255, 255, 255))


def test_deep_colour_and_deep_transparency(tmp_path):
    deep = np.zeros((2, 2, 3), np.uint16)
    deep[..., 0] = 65535
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    (tmp_path / "deep.png").write_bytes(png(2, 2, 16, 2, rows))
    assert near(open_image(tmp_path, "deep.png"), RED)
    clear = np.full((2, 2, 2), 0, np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in clear)
    (tmp_path / "clear.png").write_bytes(png(2, 2, 16, 4, rows))
    assert near(open_image(tmp_path, "clear.png"), (255, 255, 255))


def png(width, height, depth, colour, rows):
    """A PNG of any depth, which Pillow does not write."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    header = size + bytes([depth, colour, 0, 0, 0])
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_the_file_is_closed(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    open_image(tmp_path, "a.png")
    (tmp_path / "a.png").unlink()


# Pictures that cannot be shown


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.bmp", "a.tif", "a.webp"])
@pytest.mark.parametrize("kept", [0, 4, 0.5, 0.9])
def test_truncated_pictures_are_refused(tmp_path, name, kept):
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(kept * len(whole)) if kept < 1 else kept])
    with pytest.raises(StudyError, match=r"is no complete picture \(.*Replace it"):
        open_image(tmp_path, name)


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"<html><script>alert(1)</script>")
    with pytest.raises(StudyError, match="no complete picture"):
        open_image(tmp_path, "a.png")
    with pytest.raises(StudyError, match=r"does not exist. Restore it, or empty its cell"):
        open_image(tmp_path, "b.png")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StudyError, match="does not exist"):
        open_image(tmp_path, "folder")


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "a/../../secret.png"])
def test_pictures_outside_the_folder_are_refused(tmp_path, name):
    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    with pytest.raises(StudyError, match=r"lies outside .*Copy the picture into it"):
        open_image(folder, name)


def test_a_link_to_the_outside_is_refused(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(StudyError, match="lies outside"):
        open_image(folder, "a.png")


def bomb(folder, width, height):
    """A PNG of few bytes that claims to be large."""
    buffer = io.BytesIO()
    Image.new("1", (8, 8)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:20], data[20:24] = width.to_bytes(4, "big"), height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    (folder / "bomb.png").write_bytes(data)


@pytest.mark.parametrize("side", [10_000, 20_000, 60_000])
def test_bombs_are_refused_unopened(tmp_path, side):
    bomb(tmp_path, side, side)
    with pytest.raises(StudyError, match=r"pixels|bomb|limit"):
        open_image(tmp_path, "bomb.png")


def test_a_large_picture_says_how_large_it_may_be(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_PIXELS", 20)
    Image.new("RGB", (5, 5)).save(tmp_path / "a.png")
    with pytest.raises(StudyError, match=r"has 5x5 pixels, expected at most 20 in all. Scale it"):
        open_image(tmp_path, "a.png")
