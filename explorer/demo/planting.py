"""What is planted in each region of the simulated cortex; regions that are not here get nothing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """What drives a region.

    Attributes
    ----------
    ceiling : share of explainable variance in the mean of three repeats
    mixture : of variance from low level, texture, categories and events; sums to 1
    tuning : weights of the dimensions of meaning; none for a region without categories
    """

    ceiling: float
    mixture: tuple[float, float, float, float]
    tuning: dict[str, float] = field(default_factory=dict)


PLANS = {
    "V1": Plan(0.42, (1, 0, 0, 0)),
    "V2": Plan(0.42, (1, 0, 0, 0)),
    "V3": Plan(0.38, (0.8, 0.2, 0, 0)),
    "hV4": Plan(0.4, (0.25, 0.6, 0.15, 0), {"food": 0.3}),
    "VO": Plan(0.36, (0.15, 0.5, 0.35, 0), {"place": 0.4}),
    "V3ab": Plan(0.3, (0.5, 0.2, 0.3, 0), {"motion": 0.5}),
    "LO": Plan(
        0.38, (0.1, 0.3, 0.5, 0.1), {"tool": 0.5, "animal": 0.5, "vehicle": 0.5, "body": 0.4}
    ),
    "MT": Plan(0.3, (0.1, 0.2, 0.6, 0.1), {"motion": 1, "body": 0.3}),
    "OFA": Plan(0.38, (0.1, 0.2, 0.7, 0), {"face": 1, "body": 0.3}),
    "FFA": Plan(
        0.42, (0, 0.08, 0.8, 0.12), {"face": 1.2, "animal": 0.25, "body": 0.2, "place": -0.3}
    ),
    "FBA": Plan(0.38, (0, 0.08, 0.8, 0.12), {"body": 1.1, "animal": 0.3, "face": 0.2}),
    "EBA": Plan(0.42, (0, 0.05, 0.8, 0.15), {"body": 1.2, "motion": 0.4, "face": 0.1}),
    "PPA": Plan(
        0.42,
        (0, 0.1, 0.8, 0.1),
        {"place": 1.2, "indoor": 0.4, "vehicle": 0.2, "food": -0.35, "face": -0.3},
    ),
    "OPA": Plan(0.36, (0.1, 0.1, 0.75, 0.05), {"place": 1, "open": 0.4, "indoor": 0.3}),
    "RSC": Plan(0.34, (0, 0.05, 0.8, 0.15), {"place": 1, "open": 0.8, "food": -0.2}),
    "VWFA": Plan(0.34, (0, 0.1, 0.85, 0.05), {"text": 1.4, "food": 0.2}),
    "food_m": Plan(0.38, (0, 0.15, 0.75, 0.1), {"food": 1.4}),
    "food_l": Plan(0.34, (0, 0.1, 0.75, 0.15), {"food": 1.3, "tool": 0.2}),
    "pSTS": Plan(0.28, (0, 0, 0.45, 0.55), {"social": 1, "face": 0.5, "motion": 0.4}),
    "STS": Plan(0.22, (0, 0, 0.25, 0.75), {"social": 0.6, "face": 0.3}),
    "IPS": Plan(0.28, (0.2, 0.1, 0.4, 0.3), {"n_objects": 0.8, "tool": 0.5, "motion": 0.3}),
    "aIPS": Plan(0.22, (0, 0.1, 0.4, 0.5), {"tool": 1, "n_objects": 0.4}),
    "AG": Plan(0.2, (0, 0, 0.1, 0.9), {"social": 0.3}),
    "ATL": Plan(0.12, (0, 0, 0.05, 0.95)),
    "mPFC": Plan(0.1, (0, 0, 0.2, 0.8), {"social": 0.5}),
}
