"""English of the captions: noun phrases, agreement, and the part of speech of every word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from explorer.demo import lexicon as lex
from explorer.demo.scene import THINGS, Agent, Thing

NOUN, VERB, ADJECTIVE, ADVERB = "noun", "verb", "adjective", "adverb"
PREPOSITION, DETERMINER, OTHER = "preposition", "determiner", "other"


def _table(*texts: str) -> frozenset[str]:
    """The words of several texts."""
    return frozenset(word for text in texts for word in text.split())


_PREPOSITIONS = _table(
    "on in at near next by along with under beneath between behind beside above among inside over",
    "through past for to of into around after across as while about without from towards below",
    "during outside",
)
_DETERMINERS = _table("a an the some two three four several many lots this that")
_VERBS = _table(
    "is are says reads reading roll watch cheer be shown seen placed left gathered seated perched",
    "stretched parked stopped docked moored tied dressed surrounded served blurred absorbed",
)
_ADVERBS = _table(
    "slowly quickly quietly calmly happily peacefully straight down high downhill early far still",
    "together up out there here nearby ahead",
)
_ADJECTIVES = _table(
    *(
        w
        for words in (*lex.AGENT_ADJECTIVES.values(), *lex.THING_ADJECTIVES.values())
        for w in words
    ),
    "little young sandy busy green grassy leafy winding snowy white wintry cold big cosy",
    "round modern large tidy forest tall shady outdoor striped wide open dry golden dusty",
    "wooden checked close bright home city playing red pink grey orange blue yellow purple",
    "teal black brown tan puffy hot distant fresh soft icy mossy clear sunny cloudy gloomy",
    "dull rainy pale empty lonely deserted clean peaceful colourful sleepy ripe juicy",
    "toasted glazed frosted painted cheesy small road passenger commuter rolling woolly",
    "knitted straw paper heavy flying cell flat double decker birthday ready wild",
    "summer quiet calm",
)
_OTHER = _table("and not")
_NOUNS_IN_ING = _table(
    "building morning evening frosting clothing railing bunting awning living parking"
)
_SOMETIMES, _OFTEN = 0.3, 0.5  # chances of a word that need not be there
_VOWEL = re.compile(r"[aeiou]|hour")
_NOT_VOWEL = re.compile(r"u[ns]")


@dataclass(frozen=True)
class Word:
    """One word of a caption.

    Attributes
    ----------
    text : in lower case
    tag : noun, verb, adjective, adverb, preposition, determiner or other
    """

    text: str
    tag: str


def tag_words(caption: str) -> tuple[Word, ...]:
    """The words of a caption with their parts of speech, which the lexicon knows."""
    words = re.findall(r"[a-z0-9'-]+", caption.lower())
    return tuple(Word(w, _tag(w)) for w in words)


def _tag(word: str) -> str:
    known = (
        (_DETERMINERS, DETERMINER), (_PREPOSITIONS, PREPOSITION), (_OTHER, OTHER),
        (_VERBS, VERB), (_ADVERBS, ADVERB), (_ADJECTIVES, ADJECTIVE),
    )  # fmt: skip
    for table, tag in known:
        if word in table:
            return tag
    if word.endswith("ing") and word not in _NOUNS_IN_ING:
        return VERB
    return NOUN


def with_article(phrase: str) -> str:
    """``"a dog"``, ``"an elephant"``; plurals and counted things get none."""
    return f"{'an' if _starts_with_vowel(phrase) else 'a'} {phrase}"


def _starts_with_vowel(phrase: str) -> bool:
    return bool(_VOWEL.match(phrase)) and not _NOT_VOWEL.match(phrase)


def plural(noun: str) -> str:
    """Plural of a noun phrase whose head comes last, or before ``of`` or ``with``."""
    head, joint, rest = _split_head(noun)
    irregular = {"sheep": "sheep", "child": "children", "man": "men", "woman": "women",
                 "baby": "babies", "pony": "ponies", "person": "people", "lady": "ladies",
                 "gentleman": "gentlemen", "kitty": "kitties"}  # fmt: skip
    *before, last = head.split(" ")
    if last in irregular:
        last = irregular[last]
    elif last.endswith(("s", "sh", "ch", "x")):
        last += "es"
    else:
        last += "s"
    return " ".join([*before, last]) + joint + rest


def _split_head(noun: str) -> tuple[str, str, str]:
    for joint in (" of ", " with "):
        head, found, rest = noun.partition(joint)
        if found:
            return head, joint, rest
    return noun, "", ""


@dataclass(frozen=True)
class Phrase:
    """A noun phrase with its article.

    Attributes
    ----------
    text : such as ``"two striped zebras"``
    many : whether its verb is plural
    """

    text: str
    many: bool = False

    @property
    def be(self) -> str:
        """The verb that goes with it."""
        return "are" if self.many else "is"


def say_agent(agent: Agent, rng: Random, *, rich: bool) -> Phrase:
    """A person or an animal; the same words whether it acts or is acted on."""
    names = lex.AGENTS[agent.kind]
    noun = names[0] if rich and not agent.is_person else rng.choice(names)
    before = []
    if rich and rng.random() < _OFTEN:
        before.append(rng.choice(lex.AGENT_ADJECTIVES[agent.kind]))
    if agent.colour and (rich or rng.random() < _SOMETIMES):
        before.append(agent.colour)
    if noun.split(" ")[0] in ("little", "young"):
        before = [w for w in before if w not in ("young", "tiny")]
    after = ""
    if agent.is_person and agent.shirt and rich and agent.kind != "baby":
        garment = rng.choice(lex.DRESSES if agent.dress else lex.SHIRTS)
        after = f" in {with_article(agent.shirt)} {garment}"
        if agent.wears and rng.random() < _SOMETIMES:
            after = f" {rng.choice(lex.HEADGEAR[agent.wears])}"
    return _counted(" ".join([*before, noun]), agent.count, rng, after)


def say_thing(thing: Thing, rng: Random, *, rich: bool, text: tuple[str, ...] = ()) -> Phrase:
    """A thing; with ``text`` a sign also tells what it says."""
    noun = rng.choice(lex.DETAILS.get((thing.name, thing.detail), lex.THINGS[thing.name]))
    before = []
    kind = next(k for k, names in THINGS.items() if thing.name in names)
    if rich and rng.random() < _SOMETIMES:
        before.append(rng.choice(lex.THING_ADJECTIVES[kind]))
    if thing.colour and thing.name != "sign" and (rich or rng.random() < _SOMETIMES):
        before.append(thing.colour)
    before = [w for w in before if w not in noun.split()]
    after = ""
    if thing.name == "sign" and text and thing.detail != "stop":
        after = f" {rng.choice(lex.READS)} {text[0]}"
    if noun.startswith("pair of"):
        before = []
    return _counted(" ".join([*before, noun]), thing.count, rng, after)


def _counted(noun: str, count: int, rng: Random, after: str) -> Phrase:
    if count == 1:
        return Phrase(with_article(noun) + after)
    number = rng.choice(lex.NUMBERS.get(count, lex.MANY))
    return Phrase(f"{number} {plural(noun)}{after}", many=True)
