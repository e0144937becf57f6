"""The solve with any basis set, twin of src/core/quantification/universal/: what evaluation and calibration use.

    y = Re e^{-i phase} S,   A_m = Re X_m(shift, widths),   min over a >= 0, c, d:
    |y - A a - B c - J d|^2 / noise^2  +  |D c|^2 / roughness^2  +  sum_k d_k^2 / sd_k^2

B are cubic B-splines over the 512 bins and D their second differences; J the derivatives of the model by phase, common shift and
both widths at the amplitudes of a solve without them, sd_k the network's own SDs: one Gauss-Newton step from its estimate, with that
as the prior. The basis's broad signal, where it has one, is a column as it is, without the common widths.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import nnls

from training.fpc.canonical import BANDWIDTH_PPM, POINTS
from training.quantification.canonical import BINS
from training.quantification.universal.simulate import band_of, exponentials
from training.quantification.universal.splines import SPLINE_INTERVALS, second_differences, spline_matrix

SUMS = {"tNAA": ("NAA", "NAAG"), "tCr": ("Cr", "PCr"), "tCho": ("GPC", "PCho"), "Glx": ("Glu", "Gln")}
# Steps are for small misses: no prior is wider than this [deg, ppm, ppm, ppm].
LARGEST_PRIOR = (12.0, 0.004, 0.012, 0.012)
# Part of the roughness that the network expects which the baseline is allowed: it leans towards spectra with baselines, and what
# a baseline takes from the lines costs more than what it leaves (1, 0.3 and 0.1 were tried, see training/README.md).
ALLOWED_ROUGHNESS = 0.1
# The baseline's roughness over the noise, kept from freezing and from following the lines.
ROUGHNESS_OVER_NOISE = (0.02, 30.0)
RIDGE = 1e-9
SPLINES = spline_matrix(BINS, SPLINE_INTERVALS).double()
_DIFFERENCES = second_differences(SPLINE_INTERVALS + 3)
PENALTY = (_DIFFERENCES.T @ _DIFFERENCES).numpy()


@dataclass
class Lineshape:
    """What is not linear, as a network says it or as it is: [B] or [B, M]."""

    phase_deg: torch.Tensor
    common_ppm: torch.Tensor
    deviation_ppm: torch.Tensor
    lorentzian_ppm: torch.Tensor
    gaussian_ppm: torch.Tensor
    prior: torch.Tensor  # [B, 4] SDs of phase, common shift, Lorentzian, Gaussian; degrees and ppm
    roughness: torch.Tensor

    @staticmethod
    def predicted(network, spectra):
        """From the network's outputs."""
        with torch.no_grad():
            parameters, _ = network(*spectra.inputs())
        count = len(network.names)
        f = spectra.frequency_mhz
        sd = parameters[:, 4 + count : 8 + count]
        prior = torch.stack([sd[:, 0], sd[:, 1], sd[:, 2] / f, sd[:, 3] / f], 1)
        return Lineshape(
            parameters[:, 0], parameters[:, 1], parameters[:, 4 : 4 + count], parameters[:, 2] / f, parameters[:, 3] / f,
            prior, parameters[:, -1],
        )  # fmt: skip

    @staticmethod
    def true(spectra):
        """The truth; what is known has no spread."""
        prior = torch.full((spectra.phase_deg.shape[0], 4), 1e-6)
        return Lineshape(
            spectra.phase_deg, spectra.shift_ppm, spectra.deviation_ppm, spectra.lorentzian_ppm, spectra.gaussian_ppm, prior,
            spectra.roughness,
        )  # fmt: skip


@dataclass
class Solution:
    """Amplitudes on the scale of the spectra, the roots of their variances, residual SD over noise SD, the step taken."""

    amplitudes: np.ndarray  # [B, M]
    spread: np.ndarray  # [B, M + sums]
    residual: np.ndarray  # [B]
    step: np.ndarray  # [B, 4]


class _Rows:
    """The model of some spectra."""

    def __init__(self, lineshape, spectra, rows):
        def of(values):
            return values[rows]

        self.time = torch.arange(POINTS) / BANDWIDTH_PPM
        kept = (torch.arange(POINTS) < of(spectra.covered)[:, None]).to(torch.float32)
        shift = of(lineshape.common_ppm)[:, None] + of(lineshape.deviation_ppm)
        self.gaussian_ppm = of(lineshape.gaussian_ppm)
        rate = torch.complex(-math.pi * of(lineshape.lorentzian_ppm)[:, None].expand_as(shift), -2 * math.pi * shift) / BANDWIDTH_PPM
        decay = torch.exp(-((math.pi * self.gaussian_ppm[:, None] * self.time) ** 2) / (4 * math.log(2)))
        bases = spectra.bases[of(spectra.mixture)]
        self.narrow = bases[:, :-1] * exponentials(rate.to(torch.complex64)) * (decay * kept)[:, None]
        common = exponentials((-2j * math.pi * of(lineshape.common_ppm) / BANDWIDTH_PPM).to(torch.complex64))
        self.broad = bases[:, -1:] * (common * kept)[:, None]
        self.columns = band_of(torch.cat([self.narrow, self.broad], 1)).real.double()
        turn = torch.polar(torch.ones(len(rows)), -torch.deg2rad(of(lineshape.phase_deg)))
        self.y = (of(spectra.spectrum) * turn[:, None]).real.double()

    def derivatives(self, amplitudes):
        """By phase [deg], common shift, Lorentzian and Gaussian width [ppm] at amplitudes [b, M + 1]: [b, 4, 512]."""
        weights = torch.from_numpy(amplitudes).to(torch.complex64)
        narrow = (weights[:, None, :-1] @ self.narrow)[:, 0]
        whole = narrow + weights[:, -1:] * self.broad[:, 0]
        bend = -(math.pi**2) * 2 * self.gaussian_ppm[:, None] / (4 * math.log(2)) * self.time**2
        parts = [1j * math.pi / 180 * whole, -2j * math.pi * self.time * narrow, -math.pi * self.time * narrow, bend * narrow]
        return band_of(torch.stack(parts, 1)).real.double()


def solve(lineshape, spectra, step=True, baseline=True, batch=250):
    """@returns Solution"""
    found = []
    for at in range(0, spectra.spectrum.shape[0], batch):
        rows = torch.arange(at, min(at + batch, spectra.spectrum.shape[0]))
        model = _Rows(lineshape, spectra, rows)
        noise = spectra.noise_sd[rows].double().numpy()
        rough = ALLOWED_ROUGHNESS * lineshape.roughness[rows].double().numpy() / noise
        rough = 2 ** (np.round(4 * np.log2(np.clip(rough, *ROUGHNESS_OVER_NOISE))) / 4)
        ratio = 1 / rough**2 if baseline else np.full(len(rows), 1e8)
        first = _Systems(model, ratio, None, None)
        amplitudes = first.amplitudes()
        if step:
            prior = np.minimum(lineshape.prior[rows].double().numpy(), LARGEST_PRIOR)
            first = _Systems(model, ratio, model.derivatives(amplitudes), (noise[:, None] / prior) ** 2)
            amplitudes = first.amplitudes()
        found.append((amplitudes, first, noise))
    parts = [systems.solution(amplitudes, noise, spectra.names) for amplitudes, systems, noise in found]
    return Solution(*(np.concatenate([getattr(p, k) for p in parts]) for k in ("amplitudes", "spread", "residual", "step")))


class _Systems:
    """Normal equations of some spectra, splines and derivatives eliminated."""

    def __init__(self, model, ratio, derivatives, precision):
        count, bins = model.y.shape
        free = SPLINES[None].expand(count, -1, bins)
        if derivatives is not None:
            free = torch.cat([free, derivatives], 1)
        self.columns, self.free, self.y = model.columns, free, model.y
        inner = (free @ free.mT).numpy()
        n = PENALTY.shape[0]
        inner[:, :n, :n] += ratio[:, None, None] * PENALTY
        self.derivatives = 0 if derivatives is None else derivatives.shape[1]
        for k in range(self.derivatives):
            inner[:, n + k, n + k] += precision[:, k]
        inner += RIDGE * np.einsum("bii->bi", inner)[:, None] * np.eye(inner.shape[1])
        cross = (free @ model.columns.mT).numpy()
        right = (free @ model.y[:, :, None]).numpy()
        back = np.linalg.solve(inner, np.concatenate([cross, right], 2))
        self.back, self.back_right = back[:, :, :-1], back[:, :, -1]
        self.gram = (model.columns @ model.columns.mT).numpy() - np.swapaxes(cross, 1, 2) @ self.back
        self.h = (model.columns @ model.y[:, :, None]).numpy()[:, :, 0] - np.einsum("bfm,bf->bm", cross, self.back_right)

    def amplitudes(self):
        return np.array([non_negative(gram, h) for gram, h in zip(self.gram, self.h)])

    def solution(self, amplitudes, noise, names):
        unknown = self.back_right - np.einsum("bfm,bm->bf", self.back, amplitudes)
        fit = np.einsum("bmn,bm->bn", self.columns.numpy(), amplitudes) + np.einsum("bfn,bf->bn", self.free.numpy(), unknown)
        residual = np.sqrt(np.square(self.y.numpy() - fit).mean(1)) / noise
        spread = np.array([spreads(gram, names) for gram in self.gram]) * noise[:, None]
        step = unknown[:, -4:] if self.derivatives else np.zeros((len(noise), 4))
        return Solution(amplitudes[:, : len(names)], spread, residual, step)


def scaled_gram(gram):
    """Unit diagonal; what the basis lacks stands alone."""
    diagonal = np.diag(gram)
    present = diagonal > 1e-12 * diagonal.max()
    scale = np.where(present, 1 / np.sqrt(np.where(present, diagonal, 1)), 0)
    scaled = gram * np.outer(scale, scale)
    scaled[np.diag_indices_from(scaled)] = 1 + RIDGE
    return scaled, scale


def non_negative(gram, h):
    """Amplitudes of one spectrum."""
    scaled, scale = scaled_gram(gram)
    factor = np.linalg.cholesky(scaled)
    return nnls(factor.T, np.linalg.solve(factor, h * scale))[0] * scale


def spreads(gram, names):
    """Roots of the variances over the noise: metabolites, then SUMS."""
    scaled, scale = scaled_gram(gram)
    covariance = np.linalg.inv(scaled) * np.outer(scale, scale)
    rows = [[names.index(m) for m in members] for members in SUMS.values()]
    return np.sqrt([*np.diag(covariance)[: len(names)], *(covariance[np.ix_(r, r)].sum() for r in rows)])


def with_sums(values, names):
    """Amounts [B, M] → [B, M + sums]."""
    return np.concatenate([values, np.stack([values[:, [names.index(m) for m in ms]].sum(1) for ms in SUMS.values()], 1)], 1)
