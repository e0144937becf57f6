"""What QNet's second pass is trained by: the published loss, relative to the noise, and the amounts behind it."""

import torch

from training.quantification.canonical import band_spectrum, inputs_of
from training.quantification.qnet.losses import QNetLoss

# Weights against the error of the whole fit.
METABOLITES, MACROMOLECULES, AMOUNTS, LABELS = 0.5, 0.5, 0.5, 40.0
# Of a sum against a single metabolite; of a coefficient's label against a factor's.
SUM_WEIGHT, COEFFICIENT_WEIGHT = 4.0, 0.02
# A fit counts by its error over the noise's (that share of its energy) and this share of the signal's energy.
NOISE_SHARE, SIGNAL_SHARE = 0.15, 1e-4
# An amount counts by its error over this share of it and its bound; beyond the last it is as good as unknown.
RELATIVE, FARTHEST = 0.1, 20.0


class RefinedLoss(QNetLoss):
    """Fits after the last step; labels after the rounds before it. Chosen by the same validation as the first pass."""

    def __init__(self, model, simulator, typical, sums):
        """sums: matrix [M, S]"""
        super().__init__(model, simulator, typical)
        self.columns = torch.cat([torch.eye(len(sums)), sums], 1).to(simulator.device)
        self.column_weights = torch.ones(self.columns.shape[1], device=simulator.device)
        self.column_weights[len(sums) :] = SUM_WEIGHT

    def train(self, network, cases, _progress):
        """Scalar."""
        inputs, scale = inputs_of(band_spectrum(cases.fid, self.frequency_mhz))
        found, _ = network.passes(inputs)
        labels, coefficients = network.labels(cases), network.coefficients(cases)
        amounts = cases.amplitudes / scale[:, None]
        fits = self._fits(network.refinement, inputs, found[-1], (labels, coefficients), amounts)
        return (fits + LABELS * self._label_errors(network, found[1:-1], labels, coefficients)).mean()

    def _label_errors(self, network, rounds, labels, coefficients):
        weights = torch.cat([torch.ones(2, device=labels.device), self.shift_weights])
        total = 0.0
        for factors, found in rounds:
            background = ((found - coefficients) / network.refinement.background_sd).square().mean(1)
            total = total + (weights * (factors - labels) ** 2).mean(1) + COEFFICIENT_WEIGHT * background
        return total

    def _fits(self, refinement, inputs, found, truth, amounts):
        """@returns errors of all, of the metabolites together, of the macromolecules, and of the amounts [B]"""
        observed, noise = refinement.model.signal(inputs), refinement.model.noise_sd(inputs)
        phase, signals = refinement._signals(found[0])
        background = found[1] @ refinement.background
        solved, inverse = self._solved(refinement, signals, refinement.model.turned(observed, -phase) - background, noise)
        with torch.no_grad():
            true_phase, true_signals = refinement._signals(truth[0])
            metabolites = refinement.model.turned((true_signals * amounts[..., None]).sum(1), true_phase)
            true_background = refinement.model.turned(truth[1] @ refinement.background, true_phase)
            unit = NOISE_SHARE * observed.shape[1] * noise[:, 0] ** 2 + SIGNAL_SHARE * metabolites.square().sum(1)
        fitted = refinement.model.turned((signals * solved[..., None]).sum(1), phase) - metabolites
        left = refinement.model.turned(background, phase) - true_background
        whole, own, others = ((e.square().sum(1) / unit + 1e-3).sqrt() for e in (fitted + left, fitted, left))
        return whole + METABOLITES * own + MACROMOLECULES * others + AMOUNTS * self._amount_errors(solved, inverse, amounts)

    @staticmethod
    def _solved(refinement, signals, target, noise):
        weighed = signals / noise[..., None]
        gram = weighed @ weighed.transpose(1, 2) + torch.diag(1 / refinement.amplitude_sd**2)
        inverse = torch.linalg.inv(gram)
        return (inverse @ (weighed @ (refinement.model.tapered(target) / noise)[..., None]))[..., 0], inverse

    def _amount_errors(self, solved, inverse, amounts):
        bound = torch.einsum("mk,bmn,nk->bk", self.columns, inverse.detach(), self.columns).clamp(min=1e-12).sqrt()
        truth = amounts @ self.columns
        errors = (solved @ self.columns - truth).abs() / (RELATIVE * truth + bound)
        return (errors.clamp(max=FARTHEST) * self.column_weights).mean(1)
