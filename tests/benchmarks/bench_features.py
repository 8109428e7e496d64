"""Extraction against a plain padded loop on COCO captions, and a whole extraction to disk.

Run from the repository: ``python tests/benchmarks/bench_features.py [n_captions] [--full]``.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from transformers import AutoModel, AutoTokenizer

from explorer.features import FAMILIES
from explorer.features.base import Family
from explorer.features.catalog import find_checkpoint
from explorer.features.extract import Options, extract
from explorer.features.weights import locate
from explorer.study.study import Study

COCO = Path(__file__).parents[3] / "shared/real/coco_captions_val2017/annotations"
BATCH = 64
N_RUNS = 5
MINILM = locate(find_checkpoint("minilm"), offline=True)


def read_captions() -> list[list[str]]:
    """Captions of each image of COCO's validation set."""
    table = json.loads((COCO / "captions_val2017.json").read_text(encoding="utf-8"))
    captions: dict[int, list[str]] = {}
    for row in table["annotations"]:
        captions.setdefault(row["image_id"], []).append(" ".join(row["caption"].split()))
    return list(captions.values())


@torch.inference_mode()
def run_plain(model: AutoModel, tokenizer: AutoTokenizer, texts: list[str]) -> np.ndarray:
    """The straightforward loop: batches as they come, padded, all layers, mean over tokens."""
    rows = []
    for start in range(0, len(texts), BATCH):
        batch = tokenizer(
            texts[start : start + BATCH],
            padding=True,
            truncation=True,
            max_length=256,
            return_tensors="pt",
        )
        hidden = model(**batch, output_hidden_states=True).hidden_states
        mask = batch["attention_mask"][..., None].float()
        rows.append(torch.stack([(h * mask).sum(1) / mask.sum(1) for h in hidden], dim=1).numpy())
    return np.concatenate(rows)


def run_ours(family: Family, texts: list[str]) -> np.ndarray:
    """The same through the family, counting the truncated first as an extraction does."""
    family.prepare(texts)
    return family.extract(texts, BATCH)


def seconds(run: Callable[[], np.ndarray]) -> tuple[float, float, np.ndarray]:
    """Duration of one run, its processor time, and its result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def compare_throughput(n_captions: int) -> None:
    """Medians of alternating runs, and the largest difference of the features."""
    texts = [c for image in read_captions() for c in image][:n_captions]
    model = AutoModel.from_pretrained(MINILM.path, use_safetensors=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(MINILM.path)
    family = FAMILIES["sentence"].load(MINILM)
    run_plain(model, tokenizer, texts[:BATCH])
    run_ours(family, texts[:BATCH])
    plain, ours, cpu = [], [], []
    for _ in range(N_RUNS):
        wall_plain, cpu_plain, expected = seconds(lambda: run_plain(model, tokenizer, texts))
        wall_ours, cpu_ours, found = seconds(lambda: run_ours(family, texts))
        plain.append(wall_plain)
        ours.append(wall_ours)
        cpu.append(cpu_plain / cpu_ours)
    ratios = [a / b for a, b in zip(plain, ours, strict=True)]
    sys.stdout.write(
        f"{len(texts)} captions, 7 layers, batches of {BATCH}, {torch.get_num_threads()} threads\n"
        f"plain loop {len(texts) / statistics.median(plain):7.0f} captions/s\n"
        f"explorer   {len(texts) / statistics.median(ours):7.0f} captions/s\n"
        f"ratio {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})\n"
        f"ratio of processor time {statistics.median(cpu):.2f} "
        f"(from {min(cpu):.2f} to {max(cpu):.2f})\n"
        f"largest difference {np.abs(expected - found).max():.1e}\n"
    )


def extract_to_disk(n_images: int) -> None:
    """A whole extraction into a study: time and peak memory."""
    captions = read_captions()[:n_images]
    table = np.array([c[:5] for c in captions], dtype=object)
    with tempfile.TemporaryDirectory() as folder:
        study = Study.create(Path(folder) / "coco", title="COCO captions")
        study.write(
            "stimuli/images",
            xr.Dataset(
                {"caption": (("stimulus", "caption_index"), table)},
                {"stimulus": np.arange(len(table))},
            ),
        )
        start = time.perf_counter()
        extract(study, "minilm", options=Options(offline=True))
        duration = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{table.size} captions of {len(table)} images to disk: {duration:.1f} s, "
        f"peak memory of the process {peak:.0f} MB\n"
    )


if __name__ == "__main__":
    if not COCO.is_dir():
        sys.exit(f"{COCO} is absent: nothing to measure with")
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    if "--full" in sys.argv:
        extract_to_disk(numbers[0] if numbers else 5000)
    else:
        compare_throughput(numbers[0] if numbers else 3000)
