from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.demo.anatomy import standard_anatomy
from explorer.demo.fmri import plan_subject, prepare_drives, respond, simulate_fmri
from explorer.demo.noise import estimate_ceiling
from explorer.demo.pixels import CELLS, gabor_energy, random_features
from explorer.demo.regions import REGIONS
from explorer.demo.scene import ANIMALS, PEOPLE, SETTINGS, THINGS, Agent, Event, Scene, Thing
from explorer.demo.tuning import PARTS, TUNING, FmriSubject
from explorer.engine.ceiling import ncsnr, noise_ceiling_r
from explorer.study.schema import group_faults

NUMBERS = range(501, 1021)  # 300 train, 200 test, 20 of the pool
NAMES = [name for names in THINGS.values() for name in names]
ONE, MYSTERY = FmriSubject("sub-01", 0), FmriSubject("mystery", 3, "category")
LANGUAGE = [r.name for r in REGIONS if r.family == "language"]


def draw_scene(number):
    rng = np.random.default_rng(number)
    agents = tuple(
        Agent(str(rng.choice(PEOPLE if rng.random() < 0.6 else ANIMALS)))
        for _ in range(rng.integers(0, 3))
    )
    things = tuple(Thing(str(rng.choice(NAMES))) for _ in range(rng.integers(0, 3)))
    event = Event(0, str(rng.choice(("chase", "watch", "feed"))), "@1") if len(agents) > 1 else None
    setting = str(rng.choice(SETTINGS))
    pose = str(rng.choice(("standing", "walking"))) if agents else ""
    return Scene(
        number, "random", setting, "day", agents, things, event, pose, close=number % 5 == 0
    )


def draw_pictures(n, seed=0):
    """Random coarse textures: (n, 96, 96, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, 24, 24, 3), dtype=np.uint8)
    fine = rng.integers(0, 64, (n, 96, 96, 1), dtype=np.uint8)
    return (coarse.repeat(4, 1).repeat(4, 2) // 2 + fine).astype(np.uint8)


@pytest.fixture(scope="module")
def drives():
    return prepare_drives([draw_scene(k) for k in NUMBERS], draw_pictures(len(NUMBERS)), 0)


@pytest.fixture(scope="module")
def simulated(drives):
    shares = []
    responses, truth = simulate_fmri(ONE, drives, 0, shares.append)
    return responses, truth, shares


@pytest.fixture(scope="module")
def cortex(drives):
    return plan_subject(ONE, drives, 0)


def few(drives, n=40):
    """The first and last of the shown scenes."""
    rows = np.r_[: n // 2, drives.shown[-1] + 1 - n // 2 : drives.shown[-1] + 1]
    fields = ("stimulus", "repeats", "category", "objects", "event", "low", "mid")
    return replace(drives, **{k: getattr(drives, k)[rows] for k in fields})


def correlate(a, b):
    a, b = ((x - x.mean(0)) / x.std(0) for x in (a, b))
    return (a * b).mean(0)


def share_of_three(ceiling):
    """Share of signal in the mean of 3 repeats, from the ceiling of 10."""
    ratio = ceiling**2 / (1 - np.minimum(ceiling**2, 0.999)) / 10
    return ratio / (ratio + 1 / 3)


def test_groups_are_as_the_schema_wants(simulated):
    responses, truth, _ = simulated
    assert group_faults("responses/fmri/sub-01", responses) == []
    assert group_faults("truth/fmri/sub-01", truth) == []
    assert responses.response.dtype == np.float16
    assert responses.response.shape == (500, 20_484)
    assert responses.stimulus.values.tolist() == list(range(501, 1001))
    assert responses.response.attrs["units"] == "z"
    np.testing.assert_allclose(responses.response.values.std(0, dtype=float), 1, atol=0.01)


def test_progress_rises_to_one(simulated):
    shares = simulated[2]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_ceilings_estimated_from_repeats_are_those_planted(simulated):
    responses, truth, _ = simulated
    planted, found = truth.noise_ceiling.values, responses.noise_ceiling.values
    assert ((found >= 0) & (found < 1)).all()
    assert np.corrcoef(share_of_three(planted), share_of_three(found))[0, 1] > 0.93
    driven = planted > 0
    assert np.corrcoef(planted[driven], found[driven])[0, 1] > 0.85
    assert np.mean(found[driven] ** 2 - planted[driven] ** 2) == pytest.approx(0, abs=0.03)


def test_the_noise_free_response_correlates_with_the_test_mean_as_the_ceiling_says(
    simulated, drives, cortex
):
    responses, truth, _ = simulated
    vertices = standard_anatomy().vertices("FFA")
    clean = respond(ONE, cortex, drives, vertices)
    found = correlate(clean[300:], responses.response.values[300:, vertices].astype(float))
    planted = truth.noise_ceiling.values[vertices]
    assert found.mean() == pytest.approx(planted.mean(), abs=0.03)
    train = correlate(clean[:300], responses.response.values[:300, vertices].astype(float))
    assert train.mean() == pytest.approx(np.sqrt(share_of_three(planted)).mean(), abs=0.04)


def test_ceiling_is_that_of_the_natural_scenes_dataset_where_repeats_are_equal():
    rng = np.random.default_rng(0)
    signal = rng.standard_normal((60, 8)) * np.linspace(0, 2, 8)
    single = signal + rng.standard_normal((4, 60, 8))
    mean = single.mean(0)
    within = ((single - mean) ** 2).sum((0, 1))
    found = estimate_ceiling(mean.astype(np.float32), within, np.full(60, 4))
    expected = noise_ceiling_r(ncsnr(torch.from_numpy(single)), 4)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("name", LANGUAGE)
def test_sites_of_language_get_nothing(simulated, name):
    responses, truth, _ = simulated
    here = standard_anatomy().vertices(name)
    assert (truth.noise_ceiling.values[here] == 0).all()
    assert np.isnan(truth.selectivity.sel(roi=name)).all()
    assert (truth.share.sel(roi=name) == 0).all()
    assert share_of_three(responses.noise_ceiling.values[here]).mean() < 0.08


@pytest.mark.parametrize(
    ("region", "dimension"),
    [
        ("FFA", "face"), ("OFA", "face"), ("EBA", "body"), ("PPA", "place"), ("OPA", "place"),
        ("food_m", "food"), ("food_l", "food"), ("VWFA", "text"), ("MT", "motion"),
        ("pSTS", "social"), ("aIPS", "tool"), ("IPS", "n_objects"),
    ],
)  # fmt: skip
def test_regions_are_most_selective_for_what_they_are_named_for(simulated, region, dimension):
    truth = simulated[1]
    selectivity = truth.selectivity.sel(roi=region).values
    assert truth.dimension.values[selectivity.argmax()] == dimension
    assert selectivity.max() > 0.5


def test_early_areas_are_selective_for_no_category(simulated):
    early = simulated[1].selectivity.sel(roi=["V1", "V2"])
    assert np.abs(early).max() < 0.25


def test_shares_are_those_of_the_plan_and_add_up_to_one(simulated):
    share = simulated[1].share
    for name, tuning in TUNING.items():
        here = share.sel(roi=name).values
        assert here.sum() == pytest.approx(1, abs=1e-4)
        np.testing.assert_allclose(here, tuning.share, atol=0.3)
    assert share.part.values.tolist() == list(PARTS)


def test_events_reach_the_cortex_of_one_world_alone(drives):
    order = np.random.default_rng(1).permutation(len(drives.event))
    shuffled = replace(drives, event=drives.event[order])
    told = replace(drives, category=drives.category[order])
    here = standard_anatomy().vertices("AG")
    for subject, same in ((ONE, False), (MYSTERY, True)):
        planned = plan_subject(subject, drives, 0)
        before, after, named = (
            respond(subject, planned, d, here) for d in (drives, shuffled, told)
        )
        assert np.array_equal(before, after) == same
        assert np.array_equal(before, named) == same  # its categories come from objects
    _, truth = simulate_fmri(MYSTERY, few(drives), 0)
    assert (truth.share.sel(part="event") == 0).all()


def test_left_cortex_sees_the_right_half_of_the_picture(drives):
    scenes = [draw_scene(k) for k in range(901, 961)]
    # Each half of a picture has a contrast of its own.
    contrast = np.random.default_rng(2).random((60, 1, 2, 1))
    pictures = 128 + (draw_pictures(60, 1) - 128.0) * contrast.repeat(48, 2)
    seen = prepare_drives(scenes, pictures.astype(np.uint8), 0)
    planned = plan_subject(ONE, seen, 0)
    anatomy = standard_anatomy()
    for hemi, own in (("left", 1), ("right", 0)):
        v1 = anatomy.vertices("V1", hemi)
        away = np.abs(anatomy.eccentricity[v1] - 2.5) < 0.8
        beside = v1[away & (np.abs(anatomy.angle[v1] - 90) < 40)]
        response = respond(ONE, planned, seen, beside).mean(1)
        r = [np.corrcoef(response, contrast[:, 0, k, 0])[0, 1] for k in (0, 1)]
        assert r[own] > 0.8
        assert r[own] > r[1 - own] + 0.5


def test_response_without_noise_is_standardised_and_silent_where_nothing_is_planted(drives, cortex):
    anatomy = standard_anatomy()
    here = np.r_[anatomy.vertices("FFA"), anatomy.vertices("HG")]
    response = respond(ONE, cortex, drives, here)
    n = len(anatomy.vertices("FFA"))
    np.testing.assert_allclose(response[:, :n].std(0), 1, rtol=1e-4)
    np.testing.assert_allclose(response[:, :n].mean(0), 0, atol=1e-4)
    assert (response[:, n:] == 0).all()


def test_noise_is_alike_in_neighbours_and_shared_by_all(simulated):
    responses, truth, _ = simulated
    anatomy = standard_anatomy()
    silent = np.flatnonzero(truth.noise_ceiling.values == 0)
    rng = np.random.default_rng(0)
    edges = anatomy.edges.tocoo()
    keep = np.isin(edges.row, silent) & np.isin(edges.col, silent)
    pick = rng.choice(np.flatnonzero(keep), 500, replace=False)
    values = responses.response.values.astype(np.float32)
    near = correlate(values[:, edges.row[pick]], values[:, edges.col[pick]]).mean()
    a, b = rng.choice(silent, (2, 500))
    far = correlate(values[:, a], values[:, b]).mean()
    assert near > 0.6
    assert far == pytest.approx(0.37**2, abs=0.05)


def test_same_seed_gives_the_same_and_other_seeds_and_subjects_others(drives):
    small = few(drives)
    first, again, seed, subject = (
        simulate_fmri(s, small, k)[0]
        for s, k in ((ONE, 0), (ONE, 0), (ONE, 1), (FmriSubject("sub-02", 1), 0))
    )
    assert first.identical(again)
    for other in (seed, subject):
        r = correlate(first.response.values.astype(float), other.response.values.astype(float))
        assert r.mean() < 0.5


def test_unknown_worlds_are_refused(drives):
    with pytest.raises(ValueError, match="'event', 'category'"):
        plan_subject(FmriSubject("sub-01", 0, "caption"), drives, 0)


def test_scenes_and_pictures_go_together():
    with pytest.raises(ValueError, match="2 scenes, but 3 pictures"):
        prepare_drives([draw_scene(1), draw_scene(2)], draw_pictures(3), 0)


@pytest.mark.parametrize("orientation", range(4))
def test_gratings_excite_the_filter_of_their_frequency_and_orientation(orientation):
    y, x = np.mgrid[:96, :96] / 96
    angle = orientation * np.pi / 4
    wave = np.cos(2 * np.pi * 10 * (x * np.cos(angle) + y * np.sin(angle)))
    picture = np.repeat((127 + 100 * wave)[..., None], 3, -1).astype(np.uint8)
    energy = gabor_energy(picture[None])
    assert energy.shape == (1, 12, CELLS, CELLS)
    assert energy.dtype == np.float32
    middle = energy[0, :, 4:-4, 4:-4].mean((1, 2))
    assert middle.argmax() == 4 + orientation


def test_energy_is_where_the_texture_is():
    picture = np.full((1, 96, 96, 3), 128, np.uint8)
    picture[:, :24, 72:] = draw_pictures(1)[:, :24, 72:]
    energy = gabor_energy(picture)[0].mean(0)
    row, column = np.unravel_index(energy.argmax(), energy.shape)
    assert row < 6
    assert column >= 18
    assert energy[:6, 18:].mean() > 4 * energy[12:, :12].mean()


def test_features_of_random_networks_are_uncorrelated_and_follow_their_generator():
    pictures = draw_pictures(120)
    first, again, other = (
        random_features(pictures, np.random.default_rng(s), 20) for s in (0, 0, 1)
    )
    np.testing.assert_allclose(first.T @ first / 120, np.eye(20), atol=1e-4)
    np.testing.assert_allclose(first.mean(0), 0, atol=1e-4)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
