import inspect
import math
import random

import numpy as np
import pytest

from explorer.demo import animals, animals_large, food, people, plants, sports, things, vehicles
from explorer.demo.canvas import Canvas
from explorer.demo.colours import COLOURS, HAIR, SKIN, darker, hex_colour, lighter, mix, with_alpha
from explorer.demo.heads import HEADGEAR
from explorer.demo.limbs import bend_limb
from explorer.demo.people import HAIR_STYLES, Look, choose_look, draw_baby, draw_person, height_of
from explorer.demo.plants import draw_cloud
from explorer.demo.poses import POSES

SIZE = 100  # one pixel a unit
PAPER = (200, 210, 220)
MODULES = (animals, animals_large, food, people, plants, sports, things, vehicles)
PALETTES = {
    "draw_dog": animals.DOG_COLOURS,
    "draw_cat": animals.CAT_COLOURS,
    "draw_bird": animals.BIRD_COLOURS,
    "draw_horse": animals_large.HORSE_COLOURS,
    "draw_cow": animals_large.COW_COLOURS,
    "draw_sheep": animals_large.SHEEP_COLOURS,
    "draw_elephant": animals_large.ELEPHANT_COLOURS,
    "draw_giraffe": animals_large.GIRAFFE_COLOURS,
    "draw_zebra": animals_large.ZEBRA_COLOURS,
    "draw_apple": food.APPLES,
}
POSES_OF = {
    "draw_dog": ("stand", "walk", "run", "sit", "lie"),
    "draw_cat": ("stand", "walk", "run", "sit", "lie"),
    "draw_bird": ("fly", "perch"),
    "draw_horse": ("stand", "walk", "run", "graze"),
    "draw_cow": ("stand", "walk", "graze"),
    "draw_sheep": ("stand", "walk", "graze"),
    "draw_elephant": ("stand", "walk"),
    "draw_giraffe": ("stand", "walk"),
    "draw_zebra": ("stand", "walk", "run", "graze"),
}
KINDS_OF = {
    "draw_boat": ("sail", "motor", "row"),
    "draw_ball": ("soccer", "beach", "tennis", "baseball"),
    "draw_sign": ("stop", "street", "wood"),
    "draw_tree": ("round", "pine", "palm"),
}


def functions():
    """Drawing functions that take a place and a size, by name."""
    found = {}
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("draw_") and inspect.isfunction(function):
                parameters = list(inspect.signature(function).parameters)
                if function.__module__ == module.__name__ and parameters[1:3] == ["x", "y"]:
                    found[name] = function
    found.pop("draw_person")
    found.pop("draw_baby")
    return found


FUNCTIONS = functions()


def picture(draw, supersample=2):
    """What ``draw`` paints on paper, as integers: (SIZE, SIZE, 3)."""
    canvas = Canvas(SIZE, supersample)
    canvas.rect(0, 0, 100, 100, PAPER)
    draw(canvas)
    return np.asarray(canvas.finish()).astype(int)


def inked(image, tolerance=2):
    """Where the picture is no longer paper."""
    return (np.abs(image - np.array(PAPER)) > tolerance).any(axis=2)


def box(image):
    """Left, top, right and bottom of what was drawn, in units."""
    rows, columns = np.nonzero(inked(image))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def a_look(kind="woman", seed=0):
    return choose_look(random.Random(seed), kind)


def variants():
    """Each drawing function with each pose or kind it knows."""
    for name, function in FUNCTIONS.items():
        for word, options in (("pose", POSES_OF.get(name)), ("kind", KINDS_OF.get(name))):
            for option in options or ():
                yield pytest.param(function, {word: option}, id=f"{name[5:]}-{option}")
        if name not in POSES_OF and name not in KINDS_OF:
            yield pytest.param(function, {}, id=name[5:])


def test_shapes_cover_the_area_that_geometry_gives():
    ellipse = inked(picture(lambda c: c.ellipse(50, 50, 30, 20, (0, 0, 0)))).sum()
    assert ellipse == pytest.approx(math.pi * 30 * 20, rel=0.05)
    ring = inked(picture(lambda c: c.ring(50, 50, 30, 6, (0, 0, 0)))).sum()
    assert ring == pytest.approx(2 * math.pi * 30 * 6, rel=0.2)
    half = inked(picture(lambda c: c.sector(50, 50, (30, 30), (180, 360), (0, 0, 0))))
    assert half.sum() == pytest.approx(math.pi * 30 * 30 / 2, rel=0.05)
    assert not half[52:].any()
    rounded = inked(picture(lambda c: c.rounded(20, 30, 80, 70, 10, (0, 0, 0)))).sum()
    assert rounded == pytest.approx(60 * 40 - (4 - math.pi) * 10**2, rel=0.05)


def test_a_blob_passes_through_its_points():
    points = [(30, 30), (70, 25), (80, 60), (50, 80), (20, 60)]
    image = inked(picture(lambda c: c.blob(points, (0, 0, 0)), supersample=3))
    centre = np.array([50.0, 50.0])
    for point in points:
        outward = (point - centre) / np.linalg.norm(point - centre)
        inside, outside = (point + outward * step for step in (-2, 3))
        assert image[int(inside[1]), int(inside[0])]
        assert not image[int(outside[1]), int(outside[0])]


def test_a_stroke_tapers_from_its_first_to_its_last_width():
    image = inked(picture(lambda c: c.line([(20, 50), (80, 50)], 20, (0, 0, 0), 4)))
    assert image[:, 22].sum() > 17
    assert image[:, 50].sum() == pytest.approx(12, abs=2)
    assert image[:, 78].sum() < 8


def test_a_translucent_stroke_is_even_at_its_joints():
    image = picture(lambda c: c.line([(20, 50), (50, 50), (80, 50)], 10, (0, 0, 0, 100)))
    assert np.ptp(image[50, 25:75], axis=0).max() <= 1


def test_frames_nest_and_end_with_their_block():
    def draw(canvas):
        with (
            canvas.push(50, 50, 10, rotation=math.pi / 2),
            canvas.push(1, 2, -1, 1),
        ):  # 1 right and 2 down in a frame turned by a quarter is 2 left and 1 down
            assert canvas.scale == pytest.approx(10 * 2)
            assert canvas.pixels([(0, 0)])[0] == pytest.approx((60, 120))
            assert canvas.pixels([(1, 0)])[0] == pytest.approx((60, 100))
        assert canvas.pixels([(7, 9)])[0] == pytest.approx((14, 18))

    picture(draw)


def test_a_gradient_goes_from_its_top_to_its_bottom_colour():
    image = picture(lambda c: c.gradient(10, 60, (0, 0, 0), (100, 200, 50)))
    assert not inked(image)[:10].any()
    assert not inked(image)[60:].any()
    assert (np.diff(image[11:60, 3, 1]) > 0).all()
    assert image[59, 99].tolist() == pytest.approx([100, 200, 50], abs=4)


def test_a_shadow_is_darkest_in_its_middle_and_as_dark_as_asked():
    image = picture(lambda c: c.shadow(50, 50, 30, 20, 60))
    row = image[50, :, 0]
    assert row[50] == row.min()
    assert row[50] == pytest.approx(200 + (24 - 200) * 60 / 255, abs=3)
    assert row[50] < row[50 + 27] < row[50 + 32] < 200


def test_text_is_upright_in_a_mirrored_frame():
    def write(face):
        def draw(canvas):
            with canvas.push(50, 50, face, 1):
                canvas.text(0, 0, "FL", 30, (0, 0, 0))

        return picture(draw)

    assert (write(1) == write(-1)).all()
    left, top, right, bottom = box(write(1))
    assert 35 < (left + right) / 2 < 65
    assert 15 < bottom - top < 32


def test_a_finished_picture_averages_the_supersampled_one():
    canvas = Canvas(4, 3)
    canvas.rect(0, 0, 100, 100, (0, 0, 0))
    canvas.rect(0, 0, 25 / 3 - 0.01, 100, (255, 255, 255))
    found = np.asarray(canvas.finish())
    assert found.shape == (4, 4, 3)
    large = np.asarray(canvas.image).reshape(4, 3, 4, 3, 3).mean(axis=(1, 3))
    assert np.abs(found - large).max() <= 1


@pytest.mark.parametrize(("function", "options"), list(variants()))
def test_a_drawing_stays_near_its_place_and_grows_with_its_size(function, options):
    parameter = list(inspect.signature(function).parameters)[3]
    size = 12 if parameter == "radius" else 24
    small = box(picture(lambda c: function(c, 50, 60, size, **options)))
    large = box(picture(lambda c: function(c, 50, 60, 1.5 * size, **options)))
    reach = 2 * size if parameter == "size" else 3 * size
    assert small[0] >= 50 - reach
    assert small[2] <= 50 + reach
    assert small[0] < 55
    assert small[2] > 45
    if large[0] > 0:  # a train leaves the picture
        wide = (small[2] - small[0], large[2] - large[0])
        assert wide[1] == pytest.approx(1.5 * wide[0], rel=0.25, abs=4)


@pytest.mark.parametrize(("function", "options"), list(variants()))
def test_a_dry_canvas_is_left_as_it_is(function, options):
    canvas = Canvas(SIZE, dry=True)
    function(canvas, 50, 60, 20, **options)
    assert np.asarray(canvas.finish()).max() == 0
    assert canvas.finish().size == (SIZE, SIZE)
    assert canvas.image.size == (1, 1)


def with_face():
    for name, function in FUNCTIONS.items():
        if "face" in inspect.signature(function).parameters:
            yield pytest.param(function, id=name[5:])


@pytest.mark.parametrize("function", list(with_face()))
def test_to_face_left_is_the_mirror_image_of_facing_right(function):
    right = picture(lambda c: function(c, 50, 60, 24, face=1), 4)
    left = picture(lambda c: function(c, 50, 60, 24, face=-1), 4)
    differs = (np.abs(right - left[:, ::-1]) > 60).any(axis=2)
    assert differs.sum() < 0.06 * inked(right).sum()
    assert (right != left).any()


def with_colour():
    for name, function in FUNCTIONS.items():
        parameters = inspect.signature(function).parameters
        if "colour" in parameters and isinstance(parameters["colour"].default, str):
            yield pytest.param(function, PALETTES.get(name, COLOURS), id=name[5:])


@pytest.mark.parametrize(("function", "palette"), list(with_colour()))
def test_the_named_colour_can_be_seen(function, palette):
    default = inspect.signature(function).parameters["colour"].default
    assert default in palette
    images = {c: picture(lambda k, c=c: function(k, 50, 60, 24, colour=c)) for c in palette}
    for colour, image in images.items():
        others = [other for name, other in images.items() if name != colour]
        assert all((np.abs(image - other) > 8).any() for other in others)


@pytest.mark.parametrize("palette", [v for k, v in PALETTES.items() if k != "draw_apple"])
def test_animals_have_a_usual_colour(palette):
    name = next(k for k, v in PALETTES.items() if v is palette)
    usual = inspect.signature(FUNCTIONS[name]).parameters["colour"].default
    images = [picture(lambda c, k=k: FUNCTIONS[name](c, 50, 60, 24, colour=k)) for k in ("", usual)]
    assert (images[0] == images[1]).all()


@pytest.mark.parametrize("kind", HAIR_STYLES)
def test_looks_depend_on_the_seed_only_and_use_named_colours(kind):
    looks = [choose_look(random.Random(seed), kind) for seed in range(200)]
    assert looks == [choose_look(random.Random(seed), kind) for seed in range(200)]
    assert len(set(looks)) > 150
    assert {look.hair_style for look in looks} == set(HAIR_STYLES[kind])
    for look in looks:
        assert look.shirt_rgb == COLOURS[look.shirt]
        assert look.skin in SKIN
        assert look.hair in HAIR
        assert not look.beard or kind == "man"
        assert not look.dress or kind in ("woman", "girl")


def test_a_look_takes_the_same_numbers_from_either_kind_of_generator():
    class Fixed:
        def __init__(self):
            self.n = 0

        def random(self):
            self.n += 1
            return 0.5

    counts = set()
    for kind in HAIR_STYLES:
        source = Fixed()
        choose_look(source, kind)
        counts.add(source.n)
    assert len(counts) == 1
    assert isinstance(choose_look(np.random.default_rng(0), "girl"), Look)


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("kind", ["man", "girl"])
def test_a_person_stands_on_the_ground_and_is_as_tall_as_asked(pose, kind):
    tall = 70 * height_of(kind)
    image = picture(lambda c: draw_person(c, 50, 90, tall, a_look(kind), pose, shade=False))
    _, top, _, bottom = box(image)
    assert 87 <= bottom <= 93
    if pose in ("stand", "walk", "hold"):
        assert 90 - top == pytest.approx(tall, rel=0.15)


@pytest.mark.parametrize("pose", POSES)
def test_a_person_who_faces_left_mirrors_one_who_faces_right(pose):
    right, left = (
        picture(lambda c, f=face: draw_person(c, 50, 90, 70, a_look(), pose, f), 4)
        for face in (1, -1)
    )
    differs = (np.abs(right - left[:, ::-1]) > 60).any(axis=2)
    assert differs.sum() < 0.06 * inked(right).sum()


def test_hands_are_where_they_are_asked_to_be():
    look = a_look("man")
    hand = (0.27, -0.6)
    image = picture(
        lambda c: draw_person(c, 50, 90, 80, look, hands=((-0.15, -0.42), hand), shade=False)
    )
    found = image[round(90 + 80 * hand[1]), round(50 + 80 * hand[0])]
    assert np.abs(found - look.skin).max() < 12


def test_what_is_held_on_top_hides_the_hand_and_behind_is_hidden():
    def held(when):
        item = (lambda c: c.rect(-0.1, -0.7, 0.1, -0.5, (0, 255, 0)), when)
        image = picture(lambda c: draw_person(c, 50, 90, 80, a_look("man"), "hold", item=item))
        return (image == (0, 255, 0)).all(axis=2).sum()

    assert held("top") > held("front") > held("behind")


@pytest.mark.parametrize("headgear", HEADGEAR)
def test_headgear_changes_the_head_only(headgear):
    look = a_look("boy")
    bare, hat = (
        picture(lambda c, h=h: draw_person(c, 50, 95, 60, look, headgear=h)) for h in ("", headgear)
    )
    rows = np.nonzero((bare != hat).any(axis=(1, 2)))[0]
    assert len(rows) > 5
    assert rows.max() < 95 - 60 * 0.64


@pytest.mark.parametrize("kind", ["man", "woman", "boy", "girl"])
def test_every_hair_style_looks_different(kind):
    images = [
        picture(lambda c, s=style: draw_person(c, 50, 95, 80, styled(kind, s)))
        for style in sorted(set(HAIR_STYLES[kind]))
    ]
    for i, image in enumerate(images):
        assert all((image != other).any() for other in images[:i])


def styled(kind, style):
    look = a_look(kind)
    fields = {**vars(look), "hair_style": style, "hair": HAIR[0], "skin": SKIN[0]}
    return Look(**fields)


def test_a_baby_sits_at_its_place():
    image = picture(lambda c: draw_baby(c, 50, 90, 60, a_look("baby")))
    left, top, right, bottom = box(image)
    assert 88 <= bottom <= 96
    assert 90 - top == pytest.approx(0.97 * 60, rel=0.1)
    assert abs((left + right) / 2 - 50) < 3


def test_nothing_is_drawn_of_a_person_on_a_dry_canvas():
    canvas = Canvas(dry=True)
    draw_person(canvas, 50, 90, 60, a_look(), item=(lambda c: pytest.fail("drawn"), "top"))
    draw_baby(canvas, 50, 90, 60, a_look("baby"))


def test_a_translucent_cloud_shows_no_parts_through_one_another():
    image = picture(lambda c: draw_cloud(c, 50, 50, 80, 100))
    assert np.ptp(image[47:53, 62:80], axis=(0, 1)).max() <= 2


@pytest.mark.parametrize("side", [1, -1])
def test_a_limb_keeps_the_length_of_its_parts_and_reaches_its_end(side):
    joint, end = bend_limb((0, 0), (3, 1), 2.0, side)
    assert end == pytest.approx((3, 1))
    assert math.dist((0, 0), joint) == pytest.approx(2.0)
    assert math.dist(joint, end) == pytest.approx(2.0)
    assert np.sign(3 * joint[1] - 1 * joint[0]) == side


def test_a_limb_stretches_towards_what_is_out_of_reach():
    joint, end = bend_limb((0, 0), (0, 10), 2.0, 1)
    assert end == pytest.approx((0, 4), abs=2e-3)
    assert joint == pytest.approx((0, 2), abs=0.1)
    assert bend_limb((1, 1), (1, 1), 2.0, 1)[1] == (1, 1)


def test_colours_mix_linearly():
    assert hex_colour("#ff8000") == (255, 128, 0)
    assert mix((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)
    assert lighter((0, 0, 0), 0.2) == (51, 51, 51)
    assert darker((100, 200, 50, 7), 0.5) == (50, 100, 25)
    assert with_alpha((1, 2, 3, 4), 9) == (1, 2, 3, 9)
