"""Models to features: every layer of a model for every stimulus, never stale, resumable.

To add a family of models, write ``families/<name>.py`` and a line in the table below; to add a
checkpoint of a family that exists, write an entry in ``assets/models.toml``.
"""

from explorer.features.base import Family
from explorer.registry import Registry

FAMILIES: Registry[type[Family]] = Registry(
    "family",
    {
        "sentence": "explorer.features.families.sentence:SentenceFamily",
        "causal": "explorer.features.families.causal:CausalFamily",
        "masked": "explorer.features.families.masked:MaskedFamily",
        "gabor": "explorer.features.families.gabor:GaborFamily",
        "vision": "explorer.features.families.vision:VisionFamily",
        "clip": "explorer.features.families.clip:ClipFamily",
        "clip_text": "explorer.features.families.clip:ClipTextFamily",
        "category": "explorer.features.families.category:CategoryFamily",
    },
)
