"""Computing the parts of an encoding, block by block, within the memory allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.analysis.encoding_parts import PREPARED, RESPONSES, Part
from explorer.analysis.factor_cache import FactorCache, factors_key, open_cache
from explorer.analysis.finished_parts import Arrays, FinishedParts
from explorer.analysis.held_out import (
    FoldModel,
    Split,
    fold_models,
    ridge_settings,
    split_stimuli,
    with_one_alpha,
)
from explorer.analysis.parts import layer_coords
from explorer.analysis.region_sums import RegionSums, membership, response_sums
from explorer.analysis.response_blocks import ResponseBlocks, load, open_blocks
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec
from explorer.analysis.streaming import Plan, Sizes, Threads, cut, open_threads, plan_blocks
from explorer.engine import METRICS
from explorer.engine.ceiling import split_half
from explorer.engine.device import choose_device, to_double
from explorer.engine.factors import Factors
from explorer.engine.foldwise import scale_folds
from explorer.engine.nulls import draw_permuted, pooled_p
from explorer.engine.penalties import RidgeSettings, share_at_edge
from explorer.engine.stats import permutation_p
from explorer.study.layers import read_layer
from explorer.study.study import Study

Tell = Callable[[float], None]  # told the share of a part that is done


@dataclass(frozen=True)
class Predicted:
    """Held-out predictions of a block, (n_scored, n_targets), and how they were made."""

    values: Tensor
    alpha: Tensor  # (n_folds, n_targets)


class EncodingWork:
    """One spec opened for computing: what all its parts share.

    Raises
    ------
    AnalysisError
        if the data do not allow it, or the memory does not hold one block
    """

    def __init__(self, study: Study, spec: Spec, run: Run) -> None:
        self.spec = spec
        self.blocks: ResponseBlocks = open_blocks(study, spec)
        self.split: Split = split_stimuli(study, spec, self.blocks.ids.tolist())
        self.settings: RidgeSettings = ridge_settings(spec)
        self.device = choose_device(run.device)
        self.plan: Plan = plan_blocks(self._sizes(), self.settings, run, self.device)
        self.parts = FinishedParts(study, spec.result_name(study))
        self._run = run
        self._digest = study.digest(spec.feature_group())
        self._cache: FactorCache = open_cache(study)
        self._models: tuple[int, list[FoldModel]] = (RESPONSES, [])
        self._rows = self.split.scored.to(self.device)
        folds = [fold.to(self.device) for fold in self.split.folds]
        self._within = [torch.searchsorted(self._rows, fold) for fold in folds]
        self._prepared: Arrays | None = None

    @property
    def crossvalidated(self) -> bool:
        """Whether every stimulus is predicted, from the others; else some are held out."""
        return len(self.split.folds) > 1

    @property
    def needs_repeats(self) -> bool:
        """Whether the ceiling is found from repeats."""
        return self.blocks.n_repeats > 1 and "noise_ceiling" not in self.blocks.about

    def prepare(self) -> Arrays:
        """What all parts need of all targets: made once, and kept with the parts.

        ``null`` are permuted targets, (n, n_null); ``shown`` says which repeats were shown, and is
        there if a ceiling is found from them; ``n_scored`` and ``split`` tell what is held out.
        """
        if self._prepared is None:
            self._prepared = self.parts.load(PREPARED)
        if self._prepared is None:
            with open_threads(self._run, "reading responses and features") as threads:
                self._prepared = self._make_prepared(threads)
            self.parts.save(PREPARED, self._prepared)
        return self._prepared

    def compute(self, part: Part, tell: Tell) -> Arrays:
        """Compute one part and keep it.

        Raises
        ------
        Cancelled
            if the run is to stop
        """
        prepared = self.prepare()
        with open_threads(self._run, part.note) as threads:
            if part.layer == RESPONSES:
                made = self._responses(part, prepared, threads, tell)
            else:
                made = self._layer(part, prepared, threads, tell)
        self.parts.save(part.name, made)
        return made

    def features(self, layer: int, rows: slice | None = None, *, unseen: bool = False) -> Tensor:
        """Features of one layer, (n, n_features), float32."""
        stored = read_layer(self.blocks.unseen if unseen else self.blocks.features, layer)
        where = f"{self.spec.feature_group()}/feature cannot be read at layer {layer}"
        values = load(stored.isel(stimulus=rows or slice(None)), where).values
        return torch.from_numpy(np.asarray(values, np.float32)).to(self.device)

    def _sizes(self) -> Sizes:
        n, folds = len(self.blocks.ids), self.split.folds
        return Sizes(
            n=n,
            n_train=n - min(len(fold) for fold in folds),
            n_scored=len(self.split.scored),
            n_features=self.blocks.features.sizes["unit"],
            n_outer=len(folds),
            n_bootstraps=0 if self.split.contiguous else int(self.spec.settings["n_bootstraps"]),
            read=self.blocks.bytes_read(),
            places=self.blocks.places,
            width=self.blocks.width,
        )

    def _make_prepared(self, threads: Threads) -> Arrays:
        spans = cut(0, self.blocks.places, self.plan.step)
        made: Arrays = {
            "n_scored": np.array(len(self.split.scored)),
            "split": np.array(self.split.text),
        }
        if self.needs_repeats:
            made["shown"] = self._find_shown(threads, spans)
        if not self.crossvalidated:
            return made
        read = threads.blocks(spans, self.blocks.read)
        usable = np.concatenate([np.isfinite(values).all(0) for *_, values in read])
        drawn, order = draw_permuted(
            torch.from_numpy(usable.nonzero()[0]),
            len(self.blocks.ids),
            int(self.spec.settings["n_permutations"]),
            seed=int(self.spec.settings["seed"]),
            circular=self.split.contiguous,
        )
        null = np.empty((len(self.blocks.ids), len(drawn)), np.float32)
        for start, stop, values in threads.blocks(spans, self.blocks.read):
            first, last = start * self.blocks.width, stop * self.blocks.width
            here = ((drawn >= first) & (drawn < last)).numpy()
            null[:, here] = values[:, drawn.numpy()[here] - first]
        return {**made, "null": np.take_along_axis(null, order.numpy(), 0)}

    def _find_shown(self, threads: Threads, spans: list[tuple[int, int]]) -> np.ndarray:
        """Repeats that any target has a response to: (n_repeats, n), mostly known at once."""
        shown = np.zeros((self.blocks.n_repeats, len(self.blocks.ids)), dtype=bool)
        for *_, values in threads.blocks(spans, self.blocks.read_repeats):
            shown |= ~np.isnan(values).all(2)
            if shown.all():
                break
        return shown

    def _layer(self, part: Part, prepared: Arrays, threads: Threads, tell: Tell) -> Arrays:
        models = threads.compute(self._layer_models, part.layer)
        if self.settings.selection == "global":
            models = self._one_alpha(part.layer, models, threads)
        null = threads.compute(self._null_scores, models, prepared) if self.crossvalidated else None
        sums = RegionSums(self.spec, self.blocks.regions, intervals=not self.split.contiguous)
        found: dict[str, list[np.ndarray]] = {"score": [], "alpha": [], "p_value": []}
        edge = np.zeros(2)

        def one(start: int, values: np.ndarray) -> None:
            responses = torch.from_numpy(values).to(self.device)
            predicted = self._predict(models, responses, sums, start * self.blocks.width)
            scored = self._score(responses, predicted, null, sums)
            for name, tensor in scored.items():
                found[name].append(tensor.cpu().numpy())
            known = int((~predicted.alpha.isnan()).sum())
            edge[:] += known * share_at_edge(predicted.alpha, self.settings), known

        for start, stop, values in threads.blocks(self._spans(part), self.blocks.read):
            threads.compute(one, start, values)
            tell((stop - part.start) / (part.stop - part.start))
        arrays = {name: np.concatenate(values) for name, values in found.items()}
        return {**arrays, "edge": edge, **sums.arrays()}

    def _spans(self, part: Part) -> list[tuple[int, int]]:
        return cut(part.start, part.stop, self.plan.step)

    def _layer_models(self, layer: int) -> list[FoldModel]:
        if self._models[0] != layer or not self._models[1]:
            self._models = (RESPONSES, [])  # let go of the last layer's before making the next
            ids = self.blocks.ids
            number = int(layer_coords(self.blocks.features)["layer"][layer])

            def keep(train: Tensor, inner: list[Tensor], make: Callable[[], Factors]) -> Factors:
                rows = ids[train.numpy()].tolist()
                key = factors_key(self._digest, number, rows, inner, self.settings)
                return self._cache.fetch(key, self.settings, make, self.device)

            features = self.features(layer)
            self._models = (layer, fold_models(features, self.split, self.settings, keep))
        return self._models[1]

    def _one_alpha(self, layer: int, models: list[FoldModel], threads: Threads) -> list[FoldModel]:
        """The same models, each with the alpha of least mean error over all targets."""
        if all(len(model.factors.settings.alphas) == 1 for model in models):
            return models
        total = torch.zeros(len(models), len(self.settings.alphas), dtype=torch.float64)

        def add(values: np.ndarray) -> None:
            responses = torch.from_numpy(values).to(self.device)
            for k, model in enumerate(models):
                error = model.fit(responses)[0].cv_error
                known = error.isfinite().all(0)
                total[k] += to_double(error[:, known].sum(1)).cpu()

        for *_, values in threads.blocks(
            cut(0, self.blocks.places, self.plan.step), self.blocks.read
        ):
            threads.compute(add, values)
        features = self.features(layer)
        alphas = [self.settings.alphas[k] for k in total.argmin(1).tolist()]
        fixed = [
            with_one_alpha(features, model, alpha, self.settings)
            for model, alpha in zip(models, alphas, strict=True)
        ]
        self._models = (layer, fixed)
        return fixed

    def _predict(
        self,
        models: list[FoldModel],
        responses: Tensor,
        sums: RegionSums | None = None,
        first: int = 0,
    ) -> Predicted:
        """Predict the scored rows; where ``sums`` are given, add what regions predict."""
        values = responses.new_empty(len(self._rows), responses.shape[1])
        alpha = responses.new_empty(len(models), responses.shape[1])
        missing = ~responses.isfinite().all(0) if self.crossvalidated else None
        if sums is not None:
            sums.enter(first, responses)
        for k, (model, rows) in enumerate(zip(models, self._within, strict=True)):
            fit, predicted = model.fit(responses)
            values[rows], alpha[k] = predicted, fit.alpha
            if sums is not None:
                sums.add_fit(k, fit, missing)
        if missing is not None and missing.any():
            values[:, missing] = torch.nan
            alpha[:, missing] = torch.nan
        return Predicted(values, alpha)

    def _null_scores(self, models: list[FoldModel], prepared: Arrays) -> Tensor:
        """Pearson r of the permuted targets."""
        null = torch.from_numpy(prepared["null"]).to(self.device)
        predicted = self._predict(models, null)
        pair = scale_folds(null[self._rows], predicted.values, self._within, "pearson")
        return METRICS["pearson"].function(*pair)

    def _score(
        self, responses: Tensor, predicted: Predicted, null: Tensor | None, sums: RegionSums
    ) -> dict[str, Tensor]:
        spec, within = self.spec, self._within
        scored = responses[self._rows]
        if null is None:
            p_value = permutation_p(
                scored,
                predicted.values,
                n_permutations=int(spec.settings["n_permutations"]),
                seed=int(spec.settings["seed"]),
            )
            alpha = predicted.alpha[0]
        else:
            pair = scale_folds(scored, predicted.values, within, "pearson")
            p_value = pooled_p(METRICS["pearson"].function(*pair), null)
            alpha = predicted.alpha.log().mean(0).exp()  # geometric mean over folds
        measured, fitted = scale_folds(scored, predicted.values, within, spec.metric)
        score = METRICS[spec.metric].function(measured, fitted)
        sums.add_resamples(measured, fitted)
        return {"score": score, "alpha": alpha, "p_value": p_value}

    def _responses(self, part: Part, prepared: Arrays, threads: Threads, tell: Tell) -> Arrays:
        """Ceilings and what each region responds to the scored stimuli."""
        rows = self.split.scored.numpy()
        regions = self.blocks.regions
        totals = np.zeros((2, len(rows), len(regions)))
        ceilings: list[np.ndarray] = []

        def one(start: int, values: np.ndarray) -> None:
            member = membership(regions, start * self.blocks.width, values.shape[1])
            totals[:] += response_sums(values[rows], member)

        for start, stop, values in threads.blocks(self._spans(part), self.blocks.read):
            threads.compute(one, start, values)
            tell((stop - part.start) / (part.stop - part.start))
        if self.needs_repeats:
            shown = prepared["shown"][:, rows]
            for *_, values in threads.blocks(self._spans(part), self.blocks.read_repeats):
                ceilings.append(threads.compute(_split_half_ceiling, values[:, rows], shown))
        made: Arrays = {"response_sum": totals[0], "response_count": totals[1]}
        return {**made, "ceiling": np.concatenate(ceilings)} if ceilings else made


def _split_half_ceiling(repeats: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Root of the reliability of the mean over repeats, where ``shown`` says which there were.

    A further target that was measured wherever any was makes a block count the same repeats as
    all targets together.
    """
    known = torch.from_numpy(np.asarray(repeats, np.float32))
    n_targets = known.shape[2]
    if not np.array_equal(~np.isnan(repeats).all(2), shown):
        witness = torch.from_numpy(np.where(shown, 0, np.nan).astype(np.float32))
        known = torch.cat([known, witness[:, :, None]], 2)
    reliability = split_half(known)[:n_targets].numpy()
    return np.sqrt(np.clip(reliability, 0, None)).astype(np.float32)
