"""What was planted in the embedded study beside what is recovered, as the README's table.

``python tests/benchmarks/recovery.py`` reads the study that comes with the program.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from explorer.analysis.results import find_result
from explorer.analysis.spec import fusion_spec, make_spec
from explorer.assets import asset
from explorer.demo import plan
from explorer.state.planted import read_planted
from explorer.study.study import Study

ROWS = ("V1", "FFA", "OFA", "EBA", "FBA", "PPA", "RSC", "OPA", "food_m", "food_l", "VWFA", "LO",
        "MT", "pSTS", "STS", "AG", "ATL", "HG")  # fmt: skip
EVENT = [name for name, world in plan.FMRI.items() if world == "event"]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


class Recovered:
    """Reads the numbers of one region."""

    def __init__(self, study: Study) -> None:
        self.study = study
        state = {
            "modality": "fmri", "subject": "group", "model": plan.MODEL, "variant": "caption",
            "metric": "pearson", "layer": plan.LAYER, "atlas": "functional",
        }  # fmt: skip
        found = read_planted(study, state)
        assert found is not None
        self.planted = found

    def score(self, roi: str, subject: str, model: str = plan.MODEL, layer: int = plan.LAYER):
        spec = make_spec(self.study, "fmri", subject, model, "pearson")
        result = find_result(self.study, spec)
        assert result is not None
        value = result.roi_score.sel(roi=roi).isel(layer=layer)
        return float(value), float(result.roi_ceiling.sel(roi=roi))

    def row(self, roi: str) -> str:
        k = self.planted.roi.index(roi)
        planted, recovered = self.planted.planted[k], self.planted.recovered[k]
        best = int(np.nanargmax(np.nan_to_num(planted)))
        driven = bool(self.planted.driven[k])
        name = self.planted.dimension[best] if driven else "none"
        told = f"{planted[best]:.2f} | {recovered[best]:.2f}" if driven else "– | –"
        scores = np.mean([self.score(roi, s) for s in EVENT], 0)
        gain = [
            self.score(roi, s, layer=-1)[0] - self.score(roi, s, "category", 0)[0]
            for s in (*EVENT, "mystery")
        ]
        return (
            f"| {roi} | {name} | {told} | {scores[0]:.2f} | {scores[1]:.2f} | "
            f"{np.mean(gain[:-1]):+.2f} | {gain[-1]:+.2f} | {self.latency(roi)} |"
        )

    def latency(self, roi: str) -> str:
        parts = []
        for subject in plan.EEG:
            truth = self.study[f"truth/eeg/{subject}"].latency
            if roi not in truth.roi.values:
                return "–"
            result = find_result(self.study, fusion_spec(self.study, subject, "functional"))
            assert result is not None
            strength = np.sqrt((result.score.sel(roi=roi) ** 2).mean("channel")).values
            peak = 1000 * float(result.time.values[strength.argmax()])
            parts.append(f"{1000 * float(truth.sel(roi=roi)):.0f} → {peak:.0f}")
        return ", ".join(parts)


def main() -> None:
    study = Study(asset("demo") / "study", overlay=Path(tempfile.mkdtemp()))
    found = Recovered(study)
    say("| region | planted dimension | planted r | recovered r | score | ceiling | captions "
        "less categories | the same, mystery | EEG peak, planted → found (ms) |")  # fmt: skip
    say("|---|---|---|---|---|---|---|---|---|")
    for roi in ROWS:
        say(found.row(roi))
    say(f"\nAll driven regions and dimensions: r = {found.planted.r:.3f}")
    spec = make_spec(study, "ieeg", plan.IEEG, plan.MODEL, "pearson")
    result = find_result(study, spec)
    assert result is not None
    score = result.score.sel(time=result.time >= 0).mean("time").transpose("layer", "channel")
    distance = study[f"responses/ieeg/{plan.IEEG}"].distance.values
    rho = spearmanr(score.values.argmax(0), distance).statistic
    say(f"Best layer of {len(distance)} contacts against distance: Spearman ρ = {rho:.2f}")


if __name__ == "__main__":
    main()
