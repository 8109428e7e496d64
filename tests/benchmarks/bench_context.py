"""Words of a story in exact contexts, against one pass of transformers per word and context.

Run from the repository: ``python tests/benchmarks/bench_context.py [words] [layers] [units]``.
The model is a GPT-2 of random weights, the story random words of one to several tokens.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModel, AutoTokenizer, GPT2Config, GPT2Model, PreTrainedTokenizerFast

from explorer.features.alignment import align_words
from explorer.features.catalog import Checkpoint, find_checkpoint
from explorer.features.context import Context, extract_windows

LISTS: dict[str, list[Context]] = {
    "1": [1],
    "10": [10],
    "100": [100],
    "full": ["full"],
    "1, 2, 5, 10, 20, 50, 100": [1, 2, 5, 10, 20, 50, 100],
    "1, 2, 5, 10, 20, 50, 100, full": [1, 2, 5, 10, 20, 50, 100, "full"],
    "1 to 20": [*range(1, 21)],
}
SYLLABLES = ["ba", "do", "ki", "lu", "me", "no", "ra", "si", "te", "vu"]


def make_story(n_words: int) -> list[str]:
    """Words of one to three syllables; the shorter, the more frequent."""
    rng = np.random.default_rng(0)
    lengths = rng.choice([1, 2, 3], n_words, p=[0.6, 0.3, 0.1])
    return ["".join(rng.choice(SYLLABLES, n)) for n in lengths]


def write_model(folder: Path, words: list[str], n_layers: int, n_units: int) -> Checkpoint:
    """A GPT-2 and a tokenizer trained on part of the words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([" ".join(words)], trainer)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=400,
        n_layer=n_layers,
        n_embd=n_units,
        n_head=max(n_units // 64, 1),
        bos_token_id=None,
        eos_token_id=None,
    )
    GPT2Model(config).save_pretrained(folder)
    return find_checkpoint(str(folder))


@torch.inference_mode()
def read_one_by_one(
    checkpoint: Checkpoint, words: list[str], contexts: Sequence[Context]
) -> np.ndarray:
    """The straightforward loop: the last token of every layer of one pass per word."""
    model = AutoModel.from_pretrained(checkpoint.path).eval()
    story = align_words(AutoTokenizer.from_pretrained(checkpoint.path), words)
    rows = []
    for context in contexts:
        for first, stop in story.spans:
            start = 0 if context == "full" else max(0, first - context)
            ids = torch.tensor([story.ids[start:stop]])
            states = model(ids, output_hidden_states=True, use_cache=False).hidden_states
            rows.append(torch.stack([h[0, -1] for h in states]).numpy())
    return np.stack(rows).reshape(len(contexts), len(words), *rows[0].shape)


def seconds(run: Callable[[], np.ndarray]) -> tuple[float, float, np.ndarray]:
    """Duration of one run, its processor time, and its result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def compare(n_words: int, n_layers: int, n_units: int) -> None:
    """Print seconds of both ways for some lists of contexts, loading of the model included."""
    words = make_story(n_words)
    sys.stdout.write(
        f"{n_words} words, GPT-2 of {n_layers} layers and {n_units} units, "
        f"{torch.get_num_threads()} threads\n"
        f"{'contexts (tokens)':32}{'one by one':>12}{'explorer':>10}{'ratio':>7}"
        f"{'of CPU time':>13}{'difference':>12}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = write_model(Path(folder), words, n_layers, n_units)
        extract_windows(checkpoint, words[:20], [1])
        for label, contexts in LISTS.items():
            run = (words, contexts)
            wall, cpu, expected = seconds(lambda r=run: read_one_by_one(checkpoint, *r))
            wall_ours, cpu_ours, found = seconds(lambda r=run: extract_windows(checkpoint, *r))
            sys.stdout.write(
                f"{label:32}{wall:10.1f} s{wall_ours:8.1f} s{wall / wall_ours:7.1f}"
                f"{cpu / cpu_ours:13.1f}{np.abs(expected - found).max():12.1e}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    sizes = [int(a) for a in sys.argv[1:]] + [400, 6, 384][len(sys.argv) - 1 :]
    torch.set_num_threads(1)
    compare(*sizes)
