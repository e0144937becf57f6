"""The published comparisons of QNet, on the program's own test sets and on draws of their own."""

import numpy as np
import torch

from training.quantification.canonical import inputs_of
from training.quantification.figures import TestSet, mape, rounded_row, smape, test_set, with_sums
from training.quantification.loop import sum_matrix
from training.quantification.simulate import SetSimulator

SNR_LEVELS = (3, 10, 20, 30, 45, 60, 80)
CASES_A_LEVEL = 100
MAIN = ("NAA", "NAAG", "Cr", "PCr", "GPC", "PCho", "Glu", "Gln", "Ins")
# Table II: SMAPE in % at SNR_FID 10, MAPE in % at 7 to 20 (there each metabolite's own peak over the noise, here NAA's); Table III
# (tumour-like, SNR 80): MAPE in %.
PUBLISHED = {
    "smapePercentSnrFid10": dict(zip(MAIN, (1.98, 13.98, 2.98, 5.02, 11.86, 12.05, 4.76, 6.87, 2.84), strict=True)),
    "tumourMapePercent": {"tNAA": 68.3, "tCr": 54.1, "tCho": 25.4, "Glx": 33.6, "GSH": 48.6, "Ins": 17.5},
    "mapePercentSnr7To20": {"tNAA": 4.35, "tCr": 2.41, "tCho": 2.59, "Glx": 4.56, "Ins": 7.47},
}
PUBLISHED_END_TO_END = {
    "tumourMapePercent": {"tNAA": 516.6, "tCr": 544.1, "tCho": 42.1, "Glx": 16.0, "GSH": 17.8, "Ins": 19.5},
}
# tNAA 0.5 to 2, tCho 5 to 12, tCr 0.5 to 3 mM, shared by their members as in the healthy ranges.
TUMOUR = {
    "NAA": [0.43, 1.74],
    "NAAG": [0.07, 0.26],
    "GPC": [2.5, 6],
    "PCho": [2.5, 6],
    "Cr": [0.3, 1.85],
    "PCr": [0.2, 1.15],
}


class Evaluation:
    """
    @param estimate (inputs [N, 2, 512], noise SD over scale [N]) → amplitudes over scale, numpy [N, M]
    @param known Cases → amplitudes [N, M] of a solve with everything but the amounts known; None for networks that do not solve
    """

    def __init__(self, simulator, estimate, known=None):
        self.simulator, self.estimate, self.known = simulator, estimate, known
        self.sums, self.matrix = sum_matrix(simulator.names)
        self.columns = [*simulator.names, *self.sums]

    def of(self, cases):
        """TestSet → truth and estimates with sums, basis units."""
        inputs, scale = inputs_of(cases.spectra)
        with torch.no_grad():
            estimate = self.estimate(inputs, cases.noise_sd / scale) * scale.numpy()[:, None]
        return with_sums(cases.amplitudes, self.matrix), with_sums(estimate, self.matrix)

    def _row(self, measure, cases, wanted):
        truth, estimate = self.of(cases)
        columns = [self.columns.index(name) for name in wanted if name in self.columns]
        return rounded_row([self.columns[c] for c in columns], measure(truth[:, columns], estimate[:, columns]))

    def _drawn(self, count, seed, snr, definition=None, **changes):
        simulator = SetSimulator(self.simulator.basis, "qnet", snr=snr, **changes)
        if definition is not None:
            simulator.preset["snr"]["definition"] = definition
        return TestSet.of_cases(simulator.draw(count, torch.Generator().manual_seed(seed)), simulator.frequency_mhz)

    def bounds(self, seed):
        """What the solve itself leaves, were all factors and macromolecules known: MAPE in %; seed: not the test's"""
        ranges = {"mapePercentSnr7To20": ((7, 20), {}), "tumourMapePercent": ((80, 80), {"concentrations": TUMOUR})}
        rows = {}
        for key, (snr, changes) in ranges.items():
            drawn = SetSimulator(self.simulator.basis, "qnet", snr=snr, **changes)
            cases = drawn.draw(1000, torch.Generator().manual_seed(seed))
            truth = with_sums(cases.amplitudes.numpy().astype(float), self.matrix)
            columns = [self.columns.index(name) for name in PUBLISHED[key] if name in self.columns]
            errors = mape(truth[:, columns], with_sums(self.known(cases), self.matrix)[:, columns])
            rows[key] = rounded_row([self.columns[c] for c in columns], errors)
        return rows

    def table(self, seed):
        """@returns the card's figures; seed: the preset's test seed"""
        basis, names = self.simulator.basis, self.simulator.names
        levels = {snr: test_set(basis, names, "qnet", CASES_A_LEVEL, seed, snr) for snr in SNR_LEVELS}
        wide = test_set(basis, names, "qnet", 1000, seed)
        middle = self._drawn(1000, seed, (7, 20))
        return {
            "smapePercentBySnr": {str(snr): self._row(smape, cases, self.columns) for snr, cases in levels.items()},
            "smapePercentSnr3To80": self._row(smape, wide, self.columns),
            "mapePercentSnr3To80": self._row(mape, wide, self.columns),
            "smapePercentSnrFid10": self._row(smape, self._drawn(1000, seed, (10, 10), "firstPoint"), MAIN),
            "mapePercentSnr7To20": self._row(mape, middle, PUBLISHED["mapePercentSnr7To20"]),
            "tumourMapePercent": self._row(
                mape, self._drawn(100, seed, (80, 80), concentrations=TUMOUR), PUBLISHED["tumourMapePercent"]
            ),
        }


def mean_smape_by_snr(figures):
    """For the log: mean over metabolites at each level."""
    return {snr: round(float(np.mean(list(row.values()))), 2) for snr, row in figures["smapePercentBySnr"].items()}


def misses(figures, published, bounds=None):
    """Sentences on every published figure that is missed (all are errors in %: lower is better)."""
    titles = {"tumourMapePercent": "Tumour-like amounts", "mapePercentSnr7To20": "SNR 7 to 20"}
    sentences = []
    for key, title in titles.items():
        worse = [
            f"{name} {figures[key][name]} % (paper {wanted} %{_bound(bounds, key, name)})"
            for name, wanted in published.get(key, {}).items()
            if name in figures[key] and figures[key][name] > wanted
        ]
        if worse:
            sentences.append(f"{title}: the mean absolute error misses the published one for {', '.join(worse)}.")
    if sentences:
        means = mean_smape_by_snr(figures)
        sentences.append(
            "Reason: where the figure with all but the amounts known is worse than the paper's too, the noise of the unbiased solve alone exceeds"
            " it at the SNR of NAA's height that is meant here; elsewhere it is the shifts that are left over, of pairs with nearly the same lines"
            f" (Cr and PCr, GPC and PCho) above all: the mean SMAPE is {means['30']} % at SNR 30 and still {means['80']} % at SNR 80."
        )
    return sentences


def _bound(bounds, key, name):
    return "" if bounds is None else f", with all but the amounts known {bounds[key][name]} %"
