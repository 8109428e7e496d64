import numpy as np
import pytest

from explorer.demo.courses import COURSES, TIMES, Course, time_course
from explorer.demo.dipoles import place_dipoles, vertex_normals
from explorer.demo.draw import draw_scene
from explorer.demo.eeg import (
    STEP,
    ceiling_of_halves,
    draw_noise,
    measure_halves,
    project,
    simulate_eeg,
)
from explorer.demo.fmri import plan_subject, prepare_drives, respond
from explorer.demo.leadfield import CHANNELS, model_head, orient_by_back
from explorer.demo.tuning import FmriSubject
from explorer.study.schema import group_faults

N_TRAIN, N_TEST = 160, 120
PLACES = {  # mm in fsaverage's surface coordinates, and direction
    "V1": ((8, -92, 2), (0.1, -1.0, 0.1)),
    "FFA": ((42, -52, -20), (0.3, -0.2, -0.93)),
    "PPA": ((28, -46, -9), (-0.5, -0.2, -0.85)),
    "food_l": ((51, -60, -13), (0.9, -0.2, -0.3)),
    "STS": ((56, -34, 4), (0.95, 0.1, 0.3)),
    "ATL": ((-48, 15, -27), (-0.7, 0.6, -0.4)),
}


def peak_of_correlation(own, measured):
    """Time at which standardised responses go with a region's own, over channels."""
    r = np.einsum("s,sct->ct", (own - own.mean()) / own.std(), measured) / len(own)
    return TIMES[np.sqrt((r**2).mean(0)).argmax()]


def unit(x):
    return np.asarray(x) / np.linalg.norm(x)


@pytest.fixture(scope="module")
def drive():
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((N_TRAIN + N_TEST, 1))
    found = 0.5 * shared + rng.standard_normal((N_TRAIN + N_TEST, len(PLACES)))
    return (found - found.mean(0)) / found.std(0)


@pytest.fixture(scope="module")
def field():
    rng = np.random.default_rng(1)
    outward = rng.standard_normal((60, 3))
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    place = np.vstack([[p for p, _ in PLACES.values()], 60 * outward + [0, -20, 10]])
    return model_head(place, np.vstack([[unit(d) for _, d in PLACES.values()], outward]))


@pytest.fixture(scope="module")
def projected(drive, field):
    return project(list(PLACES), drive, field, 0.0)


@pytest.fixture(scope="module")
def halves(projected, field):
    signal, _ = projected
    repeats = np.repeat([4, 20], [N_TRAIN, N_TEST])
    background = field.gain[:, len(PLACES) :]
    return measure_halves(signal, repeats, background, np.random.default_rng(2))


@pytest.fixture(scope="module")
def simulated():
    """EEG of scenes around the border of train and test, with what drove it."""
    pictures, scenes = zip(*(draw_scene(n) for n in range(761, 921)), strict=True)
    small = np.stack([np.asarray(p.convert("RGB").resize((96, 96))) for p in pictures])
    drives = prepare_drives(scenes, small, 0)
    told = []
    return drives, told, *simulate_eeg(0, drives, 0, told.append)


def test_groups_are_as_the_schema_wants(simulated):
    _, told, responses, truth = simulated
    assert group_faults("responses/eeg/sub-01", responses) == []
    assert group_faults("truth/eeg/sub-01", truth) == []
    assert responses.response.shape == (2, 160, 63, 100)
    assert responses.response.dtype == np.float32
    assert responses.stimulus.values[[0, -1]].tolist() == [761, 920]
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_same_seed_gives_the_same_and_another_subject_another(simulated):
    drives, _, responses, _ = simulated
    again, _ = simulate_eeg(0, drives, 0)
    other, _ = simulate_eeg(1, drives, 0)
    assert again.equals(responses)
    assert not other.equals(responses)


def test_regions_are_seen_when_their_simulated_cortex_drives_them(simulated):
    drives, _, responses, truth = simulated
    subject = FmriSubject("sub-01", 0)
    cortex = plan_subject(subject, drives, 0)
    measured = responses.response.values.mean(0)[40:]
    measured = (measured - measured.mean(0)) / measured.std(0)
    for region in ("V1", "FFA", "PPA"):
        own = respond(subject, cortex, drives, cortex.anatomy.vertices(region)).mean(1)[40:]
        latency = float(truth.latency.sel(roi=region))
        assert abs(peak_of_correlation(own, measured) - latency) <= 0.025, region


def test_latencies_are_planted_in_order_with_one_delay(simulated):
    *_, truth = simulated
    assert (np.diff(truth.latency) >= 0).all()
    delay = [
        float(t) - COURSES[str(r)].peak
        for r, t in zip(truth.roi.values, truth.latency, strict=True)
    ]
    np.testing.assert_allclose(delay, delay[0])
    assert abs(delay[0]) <= 0.012


def test_cap_has_63_channels_without_the_reference():
    assert len(CHANNELS) == len(set(CHANNELS)) == 63
    assert "FCz" not in CHANNELS


def test_lead_field_is_against_the_average_and_strongest_nearby(field):
    np.testing.assert_allclose(field.gain.sum(0), 0, atol=1e-9)
    strongest = [CHANNELS[i] for i in np.abs(field.gain[:, : len(PLACES)]).argmax(0)]
    assert strongest[0] in ("Oz", "O2", "O1")
    assert strongest[1] in ("P8", "TP10", "PO8")
    left = field.place[CHANNELS.index("T7"), 0]
    assert left < -60 < 60 < field.place[CHANNELS.index("T8"), 0]


def test_a_dipole_turned_round_is_seen_with_the_other_sign():
    place = np.array([[42.0, -52, -20], [42.0, -52, -20]])
    direction = np.array([[0, 0, 1.0], [0, 0, -1.0]])
    gain = model_head(place, direction).gain
    np.testing.assert_allclose(gain[:, 0], -gain[:, 1])
    assert orient_by_back(gain)[0] == -orient_by_back(gain)[1]


@pytest.mark.parametrize("region", COURSES)
def test_first_lobe_peaks_when_planted_and_is_the_largest(region):
    shape = time_course(COURSES[region])
    assert abs(TIMES[shape.argmax()] - COURSES[region].peak) <= 0.0051
    late = np.abs(shape[TIMES - COURSES[region].peak > 0.1])
    assert late.max() < 0.5 * shape.max()
    assert (shape[TIMES < 0.04] == 0).all()


def test_regions_respond_in_the_order_of_the_hierarchy():
    order = ("V1", "V2", "V3", "hV4", "OFA", "FFA", "PPA", "pSTS", "STS", "AG", "ATL")
    peaks = [COURSES[r].peak for r in order]
    assert peaks == sorted(peaks)


def test_first_lobes_of_v1_are_positive_and_of_ffa_negative_at_the_back(projected):
    _, topography = projected
    back = [CHANNELS.index(c) for c in ("O1", "Oz", "O2", "PO7", "PO8", "P7", "P8")]
    assert topography[0, back].mean() > 0
    assert topography[1, back].mean() < 0
    assert topography[1].argmin() in [CHANNELS.index(c) for c in ("P8", "PO8", "TP10", "TP8")]


def test_latency_of_every_region_is_recovered_from_the_test_pictures(drive, halves):
    measured = halves.mean(0)[N_TRAIN:]
    measured = (measured - measured.mean(0)) / measured.std(0)
    for region, own in zip(PLACES, drive[N_TRAIN:].T, strict=True):
        assert abs(peak_of_correlation(own, measured) - COURSES[region].peak) <= 0.02


def test_noise_is_what_showings_average_to(projected, field):
    signal, _ = projected
    flat = np.zeros_like(signal[:60])
    flat[:30, :, TIMES >= 0] = 1e-6
    repeats = np.repeat([4, 16], 30)
    found = measure_halves(flat, repeats, field.gain[:, 6:], np.random.default_rng(0))
    spread = (found[0] - found[1]).std((1, 2))
    assert np.mean(spread[:30]) / np.mean(spread[30:]) == pytest.approx(2.0, rel=0.1)


def test_background_noise_has_the_covariance_of_its_dipoles(field):
    background = field.gain[:, 6:]
    noise = draw_noise(300, background, np.random.default_rng(0))
    assert noise.std() == pytest.approx(1, rel=0.05)
    measured = np.cov(noise.transpose(1, 0, 2).reshape(63, -1))
    planted = background @ background.T
    upper = np.triu_indices(63, 1)
    assert np.corrcoef(measured[upper], planted[upper])[0, 1] > 0.98


def test_responses_start_from_their_baseline_in_steps_of_the_amplifier(halves):
    np.testing.assert_allclose(halves[..., TIMES < 0].mean(-1), 0, atol=STEP)
    np.testing.assert_array_equal(halves / STEP, np.round(halves / STEP))
    assert 2e-6 < np.abs(halves.mean((0, 1))).max() < 2e-5


def test_ceiling_is_the_root_of_the_corrected_reliability():
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((4000, 2, 3))
    halves = truth + rng.standard_normal((2, *truth.shape))
    expected = np.corrcoef(truth.ravel(), halves.mean(0).ravel())[0, 1]
    np.testing.assert_allclose(ceiling_of_halves(halves), expected, atol=0.03)


def test_ceiling_of_noise_is_near_zero_and_never_negative():
    halves = np.random.default_rng(0).standard_normal((2, 500, 3, 40)).astype(np.float32)
    ceiling = ceiling_of_halves(halves)
    assert (ceiling >= 0).all()
    assert ceiling.mean() < 0.25


def test_a_delay_shifts_the_whole_course():
    course = Course(0.2, 0.02)
    np.testing.assert_allclose(time_course(course, 0.01)[1:], time_course(course)[:-1], atol=1e-9)


def sphere(n=12):
    """Vertices and outward faces of a sphere of radius 50 mm."""
    polar, turn = np.meshgrid(np.linspace(0.05, np.pi - 0.05, n), np.linspace(0, 2 * np.pi, n))
    place = np.stack(
        [np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], -1
    ).reshape(-1, 3)
    index = np.arange(n * n).reshape(n, n)
    a, b, c, d = (
        x.ravel() for x in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    )
    return 50 * place, np.concatenate([np.c_[a, b, c], np.c_[a, c, d]]).astype(np.int32)


def test_normals_point_out_of_a_sphere():
    place, faces = sphere()
    normal = vertex_normals(place, faces)
    assert (np.einsum("ij,ij->i", normal, place / 50) > 0.9).all()


def test_dipoles_lie_in_their_region_and_early_areas_have_two():
    place, faces = sphere()
    normal = vertex_normals(place, faces)
    angle = np.where(place[:, 2] > 0, 30.0, 150.0)
    near = np.flatnonzero(np.abs(place[:, 2]) < 20)
    regions = {("left", "V1"): near, ("left", "FFA"): near[:9], ("right", "VWFA"): near[:0]}
    dipoles = place_dipoles(place, normal, regions, angle)
    assert [d.region for d in dipoles] == ["V1", "V1", "FFA"]
    assert dipoles[0].place[2] > 0 > dipoles[1].place[2]
    for dipole in dipoles:
        assert np.linalg.norm(dipole.direction) == pytest.approx(1)
        assert (np.linalg.norm(place[dipole.vertices] - dipole.place, axis=1) < 1e-9).any()
