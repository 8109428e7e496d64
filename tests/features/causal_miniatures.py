"""Tiny decoders with random weights and tokenizers of their own, written to disk for the tests."""

from functools import cache, lru_cache
from pathlib import Path

import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerFast

STORY = (
    "The old dog didn't sleep under the house , because a small red cat sat on it . "
    "“ Who goes there ? ” said the dog , and the cat ran over the house and was gone . "
    "So the dog slept at last , and dreamt of an unbelievably large bone by the river ."
)
SIZES = {
    "vocab_size": 400,
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 128,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": None,
    "initializer_range": 0.5,
}
FOUR_HEADS = {"num_key_value_heads": 1, "head_dim": 8}
EXTRA = {
    "gpt2": {},
    "gpt_neox": {"use_parallel_residual": True},
    "opt": {"ffn_dim": 32, "word_embed_proj_dim": 16, "init_std": 0.5},
    "llama": FOUR_HEADS,
    "mistral": {**FOUR_HEADS, "sliding_window": 5},
    "qwen2": FOUR_HEADS,
    "gemma2": {**FOUR_HEADS, "sliding_window": 5},
}
KINDS = list(EXTRA)


@cache
def trained_tokenizer() -> str:
    """A byte-level tokenizer in which some words are one token and others several; JSON."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([STORY], trainer)
    return tokenizer.to_str()


def write_bpe(
    folder: Path, *, special: str = "", padding_side: str = "right", nfc: bool = False
) -> None:
    """Write a tokenizer without padding; ``special`` has "b" for a first token, "e" for a last."""
    tokenizer = Tokenizer.from_str(trained_tokenizer())
    if nfc:
        tokenizer.normalizer = normalizers.NFC()
    first, last = "<s> " * ("b" in special), " </s>" * ("e" in special)
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single=f"{first}$A{last}", special_tokens=[("<s>", 0), ("</s>", 1)]
            ),
        ]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        padding_side=padding_side,
        model_max_length=10**30,
        bos_token="<s>",
        eos_token="</s>",
    ).save_pretrained(folder)


def write_decoder(folder: Path, kind: str, **settings: object) -> None:
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **{**SIZES, **EXTRA[kind], **settings})
    model = AutoModel.from_config(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "norm" in name:  # a final normalisation that can be told from none
                weights.add_(0.3 * torch.randn_like(weights))
    model.save_pretrained(folder)


@lru_cache(maxsize=1)  # the tests' folders differ
def load_plainly(folder: Path) -> AutoModel:
    return AutoModel.from_pretrained(folder, dtype=torch.float32).eval()


def read_plainly(folder: Path, ids: list[int]) -> torch.Tensor:
    """Hidden states of some tokens by transformers alone: (n_layers, n_tokens, n_units)."""
    with torch.no_grad():
        states = load_plainly(folder)(
            input_ids=torch.tensor([ids]), output_hidden_states=True
        ).hidden_states
    return torch.stack([h[0] for h in states])


def tokens_of(folder: Path, text: str, *, special: bool = True) -> list[int]:
    return AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=special)["input_ids"]
