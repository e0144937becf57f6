"""A trained body with all that the program asks of it: amounts of basis signals, their spread, a distance to what is known."""

import torch
from torch import nn

SPREAD_HIDDEN = 64
LATENT_COLUMNS = 16
# Directions in which features, each of unit variance, hardly vary are rounding, not knowledge: eigenvalues below this part of
# the largest are left out.
LEAST_EIGENVALUE = 1e-3
LOG_SPREAD_RANGE = (-3.0, 1.5)


class Quantifier(nn.Module):
    """
    [B, 2, 512] → amplitudes [B, M], sd [B, M + S], latent [B, 16].

    The body gives standardised amounts over the input's scale, one for each amount that is drawn, and features.
    """

    def __init__(self, body, amounts):
        super().__init__()
        self.body = body
        free, members, sums = amounts.free, len(amounts.names), len(amounts.sums)
        self.register_buffer("mean", torch.zeros(free))
        self.register_buffer("deviation", torch.ones(free))
        self.register_buffer("expansion", amounts.expansion)
        self.register_buffer("summation", amounts.summation)
        self.register_buffer("usual_error", torch.ones(members + sums))
        self.spread = nn.Sequential(
            nn.Linear(body.feature_count + free, SPREAD_HIDDEN), nn.ReLU(), nn.Linear(SPREAD_HIDDEN, members + sums)
        )
        directions = LATENT_COLUMNS * -(-body.feature_count // LATENT_COLUMNS)
        self.register_buffer("centre", torch.zeros(body.feature_count))
        self.register_buffer("whitening", torch.zeros(body.feature_count, directions))

    def relative(self, standardised):
        """Standardised amounts → amounts over the input's scale [B, free]."""
        return standardised * self.deviation + self.mean

    def spread_of(self, standardised, features):
        """→ SD of the error of amplitudes and sums over the input's scale [B, M + S]"""
        exponent = self.spread(torch.cat([features - self.centre, standardised], 1))
        return self.usual_error * torch.exp(exponent.clamp(*LOG_SPREAD_RANGE))

    def distance(self, features):
        """Mahalanobis distance of the features, its square dealt out over 16 columns: the length of a row is the distance."""
        white = (features - self.centre) @ self.whitening
        return (white.reshape(-1, LATENT_COLUMNS, white.shape[1] // LATENT_COLUMNS).square().sum(2) + 1e-12).sqrt()

    @torch.no_grad()
    def whiten(self, features):
        """Fixes centre and directions from features of the training distribution [B, F]."""
        self.centre.copy_(features.mean(0))
        unit = features.std(0).double().clamp(min=1e-6)
        values, vectors = torch.linalg.eigh(torch.cov((features / unit).T))
        kept = values > LEAST_EIGENVALUE * values[-1]
        white = vectors[:, kept] / values[kept].sqrt() / unit[:, None]
        self.whitening.zero_()
        self.whitening[:, : white.shape[1]] = white.float()

    def forward(self, spectrum):
        standardised, features = self.body(spectrum)
        amplitudes = self.relative(standardised) @ self.expansion
        return amplitudes, self.spread_of(standardised, features), self.distance(features)
