"""A fixed linear layer beside the convolutions: least-mean-squares estimates of the amounts, solved for, not trained.

Overlapping lines are told apart by small differences of large numbers, which gradient descent finds last: trained for minutes,
convolutions alone leave weak metabolites at the training mean, where a linear estimate already has half of their variance.
Estimates fitted at low and at high SNR are weighed by what the convolutions see, and corrected.
"""

import torch
from torch import nn

from training.quantification.canonical import BINS

FIT_BATCHES, FIT_BATCH = 48, 1024
# Against the sums of squares of some 50 000 cases; only keeps the solution finite where spectra have no noise.
RIDGE = 1e-3
# An estimate made for little noise is wild where there is much; the hidden layer needn't know how wild.
WILD = 4.0
# Logit by which the estimate for most noise is preferred before training.
PREFERENCE = 3.0


class LinearStart(nn.Module):
    """[B, 2, 512] → standardised amounts by each of the estimates, [B, estimates, outputs]"""

    def __init__(self, outputs, estimates):
        super().__init__()
        self.register_buffer("weight", torch.zeros(estimates, 2 * BINS, outputs))
        self.register_buffer("offset", torch.zeros(estimates, 1, outputs))

    def forward(self, spectrum):
        return (spectrum.flatten(1) @ self.weight + self.offset).transpose(0, 1)

    @torch.no_grad()
    def fit(self, draw, mean, deviation):
        """
        draw(estimate, count) → LabelledSpectra at that estimate's SNR, lowest first; mean, deviation: of the amounts over the scale.
        Errors count in units of the basis, so that every case is weighed by its scale.
        """
        for estimate in range(len(self.weight)):
            squares, products = 0.0, 0.0
            for _ in range(FIT_BATCHES):
                batch = draw(estimate, FIT_BATCH)
                scale = batch.scale[:, None]
                design = torch.cat([batch.inputs.flatten(1), torch.ones_like(scale)], 1) * scale
                wanted = (batch.amounts - mean * scale) / deviation
                squares = squares + (design.T @ design).double()
                products = products + (design.T @ wanted).double()
            solved = torch.linalg.solve(squares + RIDGE * torch.eye(len(squares), device=squares.device), products).float()
            self.weight[estimate].copy_(solved[:-1])
            self.offset[estimate].copy_(solved[-1:])


class Readout(nn.Module):
    """
    Features of the convolutions and the linear estimates → (standardised amounts, hidden features): one hidden layer says how to
    weigh the estimates, for each amount, and what to add.
    """

    def __init__(self, features, hidden, outputs, estimates, activation=None):
        """activation: CReLU, which doubles the hidden layer's outputs; ReLU unless given."""
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(features + estimates * outputs, hidden), activation or nn.ReLU())
        width = hidden if activation is None else 2 * hidden
        self.correction, self.gate = nn.Linear(width, outputs), nn.Linear(width, estimates * outputs)
        for layer in (self.correction, self.gate):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.gate.bias[:outputs] = PREFERENCE

    def forward(self, features, estimates):
        known = estimates.clamp(-WILD, WILD).flatten(1)
        hidden = self.hidden(torch.cat([features, known], 1))
        weights = self.gate(hidden).unflatten(1, estimates.shape[1:]).softmax(1)
        return (weights * estimates).sum(1) + self.correction(hidden), hidden
