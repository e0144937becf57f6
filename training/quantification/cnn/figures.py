"""How good estimates are: per amount regression scores, SMAPE, coverage of the intervals, and how often spectra are flagged."""

import numpy as np
import torch

from training.quantification.calibrate import calibrate_spreads, calibrated_sd, coverage, percentile_limits
from training.quantification.cnn.mixtures import drawn_set
from training.quantification.canonical import BINS
from training.quantification.simulate import SetSimulator

DECIMALS = 4
TUMOUR_LIKE = {"NAA": [0.5, 2], "NAAG": [0, 0.3], "GPC": [2.5, 6], "PCho": [2.5, 6], "Cr": [0.25, 1.5], "PCr": [0.25, 1.5]}
FLAG_CASES = 1000


class Estimates:
    """What a network says of labelled spectra, in units of the basis, beside what is true (numpy, [N, M + S])."""

    def __init__(self, network, amounts, spectra):
        self.names = [*amounts.names, *amounts.sums]
        with torch.no_grad():
            parts = [network(x) for x in spectra.inputs.split(512)]
        self.relative, self.spread, self.latent = (torch.cat(column) for column in zip(*parts))
        self.scale = spectra.scale.numpy()[:, None]
        self.truth = self._with_sums(amounts, spectra.amounts @ amounts.expansion)
        self.value = self._with_sums(amounts, self.relative) * self.scale
        self.spread, self.latent = self.spread.numpy(), self.latent.numpy()
        self.snr = spectra.snr.numpy()

    @staticmethod
    def _with_sums(amounts, values):
        return torch.cat([values, values @ amounts.summation], 1).numpy().astype(np.float64)

    def column(self, name):
        """Truth and estimate of one metabolite or sum."""
        k = self.names.index(name)
        return self.truth[:, k], self.value[:, k]

    def covered(self, calibration):
        """{name: share of truths within the 95 % interval}"""
        sd = calibrated_sd(self.spread, calibration, self.names)
        return coverage(self.truth / self.scale, self.value / self.scale, sd, self.names)


def joined(estimates):
    """Several Estimates' truth, value and spread over the scale, one below the other."""
    return (
        np.concatenate([e.truth / e.scale for e in estimates]),
        np.concatenate([e.value / e.scale for e in estimates]),
        np.concatenate([e.spread for e in estimates]),
    )


def calibrated(estimates):
    """Of calibration sets → (card's calibration, card's inDistribution)."""
    calibration = calibrate_spreads(*joined(estimates), estimates[0].names)
    return calibration, percentile_limits(np.concatenate([e.latent for e in estimates]))


def smape_percent(truth, value):
    """Hatami 2018, equation 3."""
    return round(float(100 * np.abs(truth - value).sum() / (truth + value).sum()), 2)


def line(truth, value):
    """Regression of estimate on truth as Rizzo 2022 scores it: slope a, intercept q, R² of that line, RMSE."""
    slope, intercept = np.polyfit(truth, value, 1)
    r2 = np.corrcoef(truth, value)[0, 1] ** 2
    rmse = np.sqrt(np.mean((value - truth) ** 2))
    figures = {"slope": slope, "intercept": intercept, "r2": r2, "rmse": rmse}
    return {key: round(float(v), DECIMALS) for key, v in figures.items()}


def slopes(estimates, names):
    """Bias towards the training mean: slope of estimate on truth, below 1 where there is any."""
    return {name: round(float(np.polyfit(*estimates.column(name), 1)[0]), 3) for name in names}


def flagged_shares(network, simulator, sets, limit):
    """
    Share of spectra whose latent is longer than the limit: false alarms on `sets` {name: LabelledSpectra}, alarms on spectra
    it should refuse. The thorough test is `lineshape bench quantification`.
    """
    basis, seed = simulator.basis, simulator.preset["seeds"]["validation"]
    brain = SetSimulator(basis, "brain")
    tumour = SetSimulator(basis, "brain", concentrations=TUMOUR_LIKE)
    noise = torch.randn(FLAG_CASES, 2, BINS, generator=torch.Generator().manual_seed(seed))
    noise = noise / (noise.square().sum(1).amax(1).sqrt())[:, None, None]
    inputs = {name: held.inputs for name, held in sets.items()}
    inputs |= {"brain": drawn_set(brain, FLAG_CASES, seed).inputs, "tumourLike": drawn_set(tumour, FLAG_CASES, seed).inputs}
    inputs["noise"] = noise
    shares = {}
    with torch.no_grad():
        for name, tensors in inputs.items():
            length = torch.cat([network(x)[2].norm(dim=1) for x in tensors.split(512)])
            shares[name] = round(float((length > limit).float().mean()), 3)
    return shares
