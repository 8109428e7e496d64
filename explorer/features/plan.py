"""What an extraction will write, under which key, and whether it is there already."""

from __future__ import annotations

import re
from dataclasses import dataclass

from explorer.features import FAMILIES
from explorer.features.catalog import Checkpoint, find_checkpoint
from explorer.features.inputs import Inputs, read_inputs
from explorer.features.support import refuse_unsupported
from explorer.features.variants import Variant, find_variant
from explorer.features.weights import locate
from explorer.study.digest import digest_json
from explorer.study.study import Study

DTYPE = "float32"


@dataclass(frozen=True)
class Plan:
    """What an extraction will write: ``key`` covers all that the features of ``name`` depend on."""

    checkpoint: Checkpoint
    variant: Variant
    inputs: Inputs
    name: str
    key: str

    def is_done(self, study: Study) -> bool:
        """Whether the study has these features, computed from these very inputs."""
        return self.name in study and study[self.name].attrs.get("inputs") == self.key


def plan_extraction(study: Study, model: str, variant: str = "", *, offline: bool = False) -> Plan:
    """What ``extract`` would write; reads the stimuli, hashes the model's files, loads none."""
    found = find_checkpoint(model)
    refuse_unsupported(found)
    checkpoint = locate(found, offline=offline)
    chosen = find_variant(study, checkpoint.modality, variant)
    inputs = read_inputs(study, chosen)
    parts = {
        "model": FAMILIES[checkpoint.family].digest(checkpoint),
        "variant": chosen.name,
        "stimuli": chosen.source,
        "inputs": inputs.digest(),
        "dtype": DTYPE,
        **chosen.settings(),
    }
    name = group_name(checkpoint.name, chosen.name)
    return Plan(checkpoint, chosen, inputs, name, digest_json(parts))


def group_name(model: str, variant: str) -> str:
    """Group of a model's features; signs that no path may have become ``-``."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", model).lstrip("._-")
    if safe != model:  # two names must not end in one group
        safe = f"{safe or 'model'}-{digest_json({'model': model})[:6]}"
    return f"features/{safe}/{variant}"
