import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import spearmanr

from explorer.demo.contacts import SITES, Contacts, place_contacts
from explorer.demo.ieeg import PARTS, TIMES, mix_parts, simulate_ieeg
from explorer.demo.story import tell_story
from explorer.demo.story_latents import (
    acoustic_latents,
    discourse_latents,
    gather_topics,
    lexical_latents,
    topic_hits,
)
from explorer.study.schema import group_faults

STORY = tell_story(0, n_chapters=5)


def row_of_contacts(n=24):
    """Contacts along a line, 4 mm apart."""
    distance = 4.0 * np.arange(n)
    place = np.stack([-60 + 0 * distance, distance - 50, 0 * distance], axis=1)
    names = tuple(f"P01-LSTG{i}" for i in range(n))
    return Contacts(names, ("STG",) * n, np.arange(n), place, distance)


@pytest.fixture(scope="module")
def simulated():
    return simulate_ieeg(STORY, 0, contacts=row_of_contacts())


def path_of(n, step):
    """A chain of vertices ``step`` mm apart, one for each hemisphere."""
    after = np.arange(2 * n - 1)
    after = after[after != n - 1]
    rows, columns = np.r_[after, after + 1], np.r_[after + 1, after]
    return csr_array((np.full(len(rows), step), (rows, columns)), (2 * n, 2 * n))


def sites_on_a_path(n):
    return {
        (hemi, site): np.arange(40) + 40 * k + n * side
        for side, hemi in enumerate(("left", "right"))
        for k, site in enumerate(SITES)
    }


def test_groups_are_as_the_schema_wants(simulated):
    responses, truth = simulated
    assert group_faults("responses/ieeg/patients", responses) == []
    assert group_faults("truth/ieeg/patients", truth) == []
    assert responses.response.dtype == np.float16
    assert dict(responses.sizes) == {"stimulus": len(STORY.words), "channel": 24, "time": 15}
    np.testing.assert_allclose(responses.time, np.linspace(-0.1, 0.6, 15), atol=1e-12)


def test_same_seed_gives_the_same_and_another_seed_another():
    story, contacts = tell_story(0, n_chapters=1), row_of_contacts(4)
    (a, _), (b, _), (c, _) = (simulate_ieeg(story, s, contacts=contacts) for s in (0, 0, 1))
    assert a.equals(b)
    assert not a.equals(c)


def test_depth_latency_and_shares_follow_distance(simulated):
    _, truth = simulated
    assert (np.diff(truth.depth) >= 0).all()
    np.testing.assert_allclose(truth.latency, 0.07 + 0.28 * truth.depth)
    np.testing.assert_allclose(truth.share.sum("part"), 1)
    main = truth.share.argmax("part").values
    assert (np.diff(main) >= 0).all()
    assert main[0] == PARTS.index("acoustic")
    assert main[-1] == PARTS.index("discourse")


def test_mixture_peaks_at_the_depths_of_the_hierarchy():
    share = mix_parts(np.array([0.0, 0.3, 1.0])) ** 2
    assert share.argmax(1).tolist() == [0, 1, 3]


def explained(responses, latents):
    """Variance of each contact, at its best time, that latents explain linearly: (channel,)."""
    y = responses.response.values.astype(float)
    y = y - y.mean(0)
    x = latents - latents.mean(0)
    flat = y.reshape(len(y), -1)
    fitted = x @ np.linalg.lstsq(x, flat, rcond=None)[0]
    return ((fitted**2).sum(0) / (flat**2).sum(0)).reshape(y.shape[1:]).max(1)


def test_sound_explains_near_contacts_and_discourse_explains_far_ones(simulated):
    responses, truth = simulated
    sound = explained(responses, acoustic_latents(STORY.words))
    discourse = explained(responses, discourse_latents(STORY.words, np.array([25.0]))[:, 0])
    assert spearmanr(sound, truth.depth).statistic < -0.7
    assert spearmanr(discourse, truth.depth).statistic > 0.7


def test_response_to_sound_peaks_at_the_planted_latency(simulated):
    responses, truth = simulated
    x = acoustic_latents(STORY.words)
    for contact in range(3):
        y = responses.response.values[:, contact].astype(float)
        fitted = x @ np.linalg.lstsq(x, y - y.mean(0), rcond=None)[0]
        peak = TIMES[fitted.std(0).argmax()]
        assert abs(peak - float(truth.latency[contact])) <= 0.05


def test_ceiling_is_what_the_planted_response_reaches(simulated):
    responses, _ = simulated
    ceiling = responses.noise_ceiling.values
    assert ((ceiling > 0.1) & (ceiling < 0.95)).all()
    assert "planted" in responses.noise_ceiling.attrs["method"]
    lexical = explained(responses, lexical_latents(STORY, np.random.default_rng(0)))
    assert (np.sqrt(lexical) < ceiling.max(1) + 0.1).all()


def test_topics_are_gathered_with_the_memory_asked_for():
    words = [w for w in STORY.words if w.passage == 0]
    short, long = gather_topics(tuple(words), np.array([1e-6, 1e6])).transpose(1, 0, 2)
    np.testing.assert_allclose(short, topic_hits(tuple(words)))
    assert (np.diff(long, axis=0) >= -1e-9).all()


def test_most_contacts_are_left_and_each_has_a_name_of_its_own():
    n = 40 * len(SITES)
    found = place_contacts(np.zeros((2 * n, 3)), path_of(n, 2.2), sites_on_a_path(n), seed=0)
    assert 145 <= len(found.name) <= 155
    assert len(set(found.name)) == len(found.name)
    assert len({name[:3] for name in found.name}) == 10
    assert len(set(found.vertex)) == len(found.vertex)
    left = np.mean([name[4] == "L" for name in found.name])
    assert 0.65 < left < 0.75
    assert all(region in name for name, region in zip(found.name, found.region, strict=True))


def test_distance_runs_along_the_cortex_from_where_sound_arrives():
    n = 40 * len(SITES)
    found = place_contacts(np.zeros((2 * n, 3)), path_of(n, 2.2), sites_on_a_path(n), seed=0)
    steps = np.maximum(found.vertex % n - 39, 0)
    np.testing.assert_allclose(found.distance, 2.0 * steps)


def test_progress_ends_at_one():
    told = []
    simulate_ieeg(tell_story(0, n_chapters=1), 0, told.append, contacts=row_of_contacts(3))
    assert told[-1] == 1.0
    assert told == sorted(told)
