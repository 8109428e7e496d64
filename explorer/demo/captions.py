"""Five captions of a scene, each with another amount of detail, written from its graph alone."""

from __future__ import annotations

from random import Random

from explorer.demo import lexicon as lex
from explorer.demo.grammar import Phrase, Word, say_agent, say_thing, tag_words, with_article
from explorer.demo.scene import INDOOR, Agent, Scene, Thing

N_CAPTIONS = 5
_RICH = (0, 3)  # captions with colours and clothes
_BARE = 1  # the caption that says only who does what
_SET_OUT, _OTHERS, _PRESENTING = 2, 3, 4  # tell the setting; name something else; "a photo of"
_OFTEN, _RAINING, _FINITE = 0.5, 0.6, 0.25  # chances
_BACKGROUND, _TIME = 0.45, 0.9  # up to which a draw gives a background, or the time of day
_UNDER = ("table", "desk")  # what other things stand on


def write_captions(scene: Scene, seed: int = 0) -> tuple[str, ...]:
    """Five sentences about a scene; the same scene and seed give the same ones."""
    rng = Random(f"{seed}/{scene.number}/captions")
    return tuple(_sentence(_caption(scene, k, rng)) for k in range(N_CAPTIONS))


def write_tagged(scene: Scene, seed: int = 0) -> tuple[tuple[Word, ...], ...]:
    """The words of the captions with their parts of speech."""
    return tuple(tag_words(c) for c in write_captions(scene, seed))


def _caption(scene: Scene, k: int, rng: Random) -> str:
    rich = k in _RICH
    subject, doing = _core(scene, rng, rich=rich)
    if not doing:
        doing = _place(scene, rng)
        return _frame(k, subject, doing, rng)
    if k == _BARE:
        return f"{subject.text} {subject.be} {doing}"
    tail = _place(scene, rng)
    if k == _SET_OUT or (k == _PRESENTING and rng.random() < _OFTEN):
        tail = f"{tail} {_setting_out(scene, rng)}".strip()
    if k == _OTHERS:
        more = _others(scene, rng)
        tail = more or f"{tail} {_setting_out(scene, rng)}".strip()
    return _frame(k, subject, f"{doing} {tail}".strip(), rng)


def _frame(k: int, subject: Phrase, rest: str, rng: Random) -> str:
    """The subject with what is said of it, as one of several kinds of sentence."""
    if k == _PRESENTING:
        opening = rng.choice(lex.OPENINGS)
        if opening.endswith(" is") and subject.many:
            opening = opening.replace(" is", " are")
        return f"{opening} {subject.text} {rest}"
    if k == _BARE or rng.random() < _FINITE:
        return f"{subject.text} {subject.be} {rest}"
    return f"{subject.text} {rest}"


def _core(scene: Scene, rng: Random, *, rich: bool) -> tuple[Phrase, str]:
    """Who or what it is about, and what that does."""
    if scene.event is not None:
        agent = scene.agents[scene.event.agent]
        return say_agent(agent, rng, rich=rich), _doing(scene, rng, rich=rich)
    if scene.agents:
        pose = rng.choice(lex.POSES[scene.pose or "standing"])
        return say_agent(scene.agents[0], rng, rich=rich), pose
    main = _main_thing(scene)
    empty = not scene.pose and scene.setting not in ("tabletop", "sky", "street")
    if main is None or empty:
        return Phrase(_view(scene, rng)), _with_thing(main, scene, rng, rich=rich)
    pose = lex.POSES[scene.pose][0] if main.name in lex.STILL else rng.choice(lex.POSES[scene.pose])
    return say_thing(main, rng, rich=rich, text=scene.text), pose


def _doing(scene: Scene, rng: Random, *, rich: bool) -> str:
    event = scene.event
    assert event is not None  # asked by the caller
    target = scene.target()
    if target is None:
        return rng.choice(lex.ALONE.get(event.act, ("standing",)))
    name = target.kind if isinstance(target, Agent) else target.name
    verbs = lex.SPECIAL.get((event.act, name), lex.VERBS.get(event.act, ("near",)))
    return f"{rng.choice(verbs)} {_say(target, scene, rng, rich=rich).text}"


def _say(one: Agent | Thing, scene: Scene, rng: Random, *, rich: bool) -> Phrase:
    if isinstance(one, Agent):
        return say_agent(one, rng, rich=rich)
    return say_thing(one, rng, rich=rich, text=scene.text)


def _main_thing(scene: Scene) -> Thing | None:
    """What a scene without agents is about: not what other things stand on."""
    over = [t for t in scene.things if t.name not in _UNDER]
    return (over or list(scene.things) or [None])[0]


def _view(scene: Scene, rng: Random) -> str:
    return rng.choice(lex.VIEWS[scene.setting])


def _with_thing(main: Thing | None, scene: Scene, rng: Random, *, rich: bool) -> str:
    if main is None:
        return ""
    return f"with {say_thing(main, rng, rich=rich, text=scene.text).text}"


def _others(scene: Scene, rng: Random) -> str:
    """Something else that can be seen, with its article; "" if there is nothing."""
    told: set[int] = set()
    if scene.event is not None:
        told = {id(scene.agents[scene.event.agent]), id(scene.target())}
    elif scene.agents:
        told = {id(scene.agents[0])}
    else:
        told = {id(_main_thing(scene))}
    things = [t for t in scene.things if t.name not in _UNDER]
    left: list[Agent | Thing] = [x for x in (*scene.agents, *things) if id(x) not in told]
    if not left:
        return ""
    one = rng.choice(left)
    joint = rng.choice(("with", "near", "beside"))
    return f"{joint} {_say(one, scene, rng, rich=rng.random() < _OFTEN).text}"


def _place(scene: Scene, rng: Random) -> str:
    if scene.weather == "rain" and rng.random() < _RAINING:
        return rng.choice(lex.RAIN)
    return rng.choice(lex.PLACES[scene.setting])


def _setting_out(scene: Scene, rng: Random) -> str:
    """Background or time of day; "" now and then."""
    chance = rng.random()
    if chance < _BACKGROUND:
        return rng.choice(lex.BACKGROUNDS[scene.setting])
    if chance < _TIME and scene.setting not in (*INDOOR, "station"):
        return rng.choice(lex.TIMES[scene.time])
    return ""


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[0].upper() + text[1:] + "."


def role_pairs(scenes: list[Scene]) -> list[tuple[str, str, bool]]:
    """Captions with the same words in two roles: (first chases second, the reverse, person first).

    For each scene in which a person and an animal chase one another: the bare sentence as it is,
    and with the roles exchanged.
    """
    found = []
    for scene in scenes:
        event, target = scene.event, scene.target()
        if event is None or event.act != "chase" or not isinstance(target, Agent):
            continue
        agent = scene.agents[event.agent]
        if agent.is_person == target.is_person:
            continue
        a, b = (with_article(lex.AGENTS[x.kind][0]) for x in (agent, target))
        found.append(
            (_sentence(f"{a} chasing {b}"), _sentence(f"{b} chasing {a}"), agent.is_person)
        )
    return found
