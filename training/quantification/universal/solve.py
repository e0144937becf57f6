"""The solve with any basis set, twin of src/core/quantification/universal/: what evaluation and calibration use.

    y = Re e^{-i phase} S,   A_m = Re X_m(shift, widths),   min over a >= 0, c, d:
    |y - A a - B c - J d|^2 / (misfit noise)^2  +  |D c|^2 / (misfit roughness)^2  +  sum_k (d_k + moved_k)^2 / sd_k^2

B are cubic B-splines over the 512 bins and D their second differences; J the derivatives of the model by phase, common shift and both
widths at the amplitudes of the solve before, sd_k the network's own SDs: a Gauss-Newton step from its estimate, with that as the prior.
Where the step bends the model by more than the noise hides, or leaves more than noise, a second one is made from where the first led to
(moved_k), the own shifts of strong metabolites among its unknowns; misfit is then the residual over the noise, if above 1. The basis's
broad signal, where it has one, is a column as it is, without the common widths.
"""

import math
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from scipy.optimize import nnls

from training.fpc.canonical import BANDWIDTH_PPM, POINTS
from training.quantification.canonical import BIN_PPM, BINS
from training.quantification.universal.residual import residual_excess
from training.quantification.universal.simulate import band_of, exponentials
from training.quantification.universal.splines import SPLINE_INTERVALS, second_differences, spline_matrix

SUMS = {"tNAA": ("NAA", "NAAG"), "tCr": ("Cr", "PCr"), "tCho": ("GPC", "PCho"), "Glx": ("Glu", "Gln")}
# Metabolites whose own shifts the second step corrects: those whose misplaced lines leave most in a spectrum.
OWN_SHIFTS = ("NAA", "Cr", "PCr", "GPC", "PCho", "Ins", "Glu")
# Steps are for small misses: no prior is wider than this [deg, then ppm: common shift, widths, own shifts].
LARGEST_PRIOR = (12.0, 0.01, 0.02, 0.02, *[0.02] * len(OWN_SHIFTS))
# Over these a step leaves the straight line [deg, then ppm].
STRAIGHT = (57.3, 0.05, 0.05, 0.05)
# Root of the sum of squares that the bend may leave, over the noise SD, before a second step is made.
LARGEST_BEND = 1.5
# Residual over noise that asks for a second step.
LARGEST_RESIDUAL = 1.1
COMMON = 4
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
    prior: torch.Tensor  # [B, 4 + own] SDs of phase, common shift, Lorentzian, Gaussian, OWN_SHIFTS; degrees and ppm
    roughness: torch.Tensor  # that the baseline is allowed

    @staticmethod
    def predicted(network, spectra):
        """From the network's outputs."""
        with torch.no_grad():
            parameters, _ = network(*spectra.inputs())
        count = len(network.names)
        f = spectra.frequency_mhz
        sd = parameters[:, 4 + count : 8 + 2 * count]
        own = sd[:, [4 + at for at in own_columns(network.names)]]
        prior = torch.cat([sd[:, :2], sd[:, 2:4] / f[:, None], own], 1)
        return Lineshape(
            parameters[:, 0], parameters[:, 1], parameters[:, 4 : 4 + count], parameters[:, 2] / f, parameters[:, 3] / f,
            prior, parameters[:, -1],
        )  # fmt: skip

    @staticmethod
    def true(spectra):
        """The truth; what is known has no spread."""
        count = spectra.phase_deg.shape[0]
        return Lineshape(
            spectra.phase_deg, spectra.shift_ppm, spectra.deviation_ppm, spectra.lorentzian_ppm, spectra.gaussian_ppm,
            torch.full((count, len(LARGEST_PRIOR)), 1e-6), spectra.roughness,
        )  # fmt: skip

    def unknowns(self, names):
        """What a step changes, in the order of `prior`: [B, 4 + own]."""
        common = torch.stack([self.phase_deg, self.common_ppm, self.lorentzian_ppm, self.gaussian_ppm], 1)
        return torch.cat([common, self.deviation_ppm[:, own_columns(names)]], 1)

    def moved(self, step, names):
        """After a step of what is common [B, 4]; widths do not fall below none."""
        at = self.unknowns(names)[:, :COMMON] + step
        return replace(
            self, phase_deg=at[:, 0], common_ppm=at[:, 1], lorentzian_ppm=at[:, 2].clamp(min=0), gaussian_ppm=at[:, 3].clamp(min=0)
        )


def own_columns(names):
    """Of OWN_SHIFTS among the names."""
    return [names.index(name) for name in OWN_SHIFTS]


@dataclass
class Solution:
    """
    Amplitudes on the scale of the spectra, their SDs by the noise alone, power that the residual has beyond the noise where each has its
    lines, residual SD over noise SD, whether a second step was made.
    """

    amplitudes: np.ndarray  # [B, M]
    spread: np.ndarray  # [B, M + sums]
    excess: np.ndarray  # [B, M + sums], see intervals.py
    residual: np.ndarray  # [B]
    again: np.ndarray  # [B]


def rows_of(holder, rows):
    """A dataclass of tensors [B, …], some rows of it."""
    return replace(holder, **{f.name: getattr(holder, f.name)[rows] for f in fields(holder)})


class _Rows:
    """The model of some spectra at their lineshapes."""

    def __init__(self, lineshape, spectra, rows):
        self.time = torch.arange(POINTS) / BANDWIDTH_PPM
        self.lineshape, self.own = lineshape, own_columns(spectra.names)
        kept = (torch.arange(POINTS) < spectra.covered[rows][:, None]).to(torch.float32)
        shift = lineshape.common_ppm[:, None] + lineshape.deviation_ppm
        rate = torch.complex(-math.pi * lineshape.lorentzian_ppm[:, None].expand_as(shift), -2 * math.pi * shift) / BANDWIDTH_PPM
        decay = torch.exp(-((math.pi * lineshape.gaussian_ppm[:, None] * self.time) ** 2) / (4 * math.log(2)))
        bases = spectra.bases[spectra.mixture[rows]]
        self.narrow = bases[:, :-1] * exponentials(rate.to(torch.complex64)) * (decay * kept)[:, None]
        common = exponentials((-2j * math.pi * lineshape.common_ppm / BANDWIDTH_PPM).to(torch.complex64))
        self.broad = bases[:, -1:] * (common * kept)[:, None]
        self.columns = band_of(torch.cat([self.narrow, self.broad], 1)).real.double()
        turn = torch.polar(torch.ones(len(rows)), -torch.deg2rad(lineshape.phase_deg))
        self.y = (spectra.spectrum[rows] * turn[:, None]).real.double()

    def derivatives(self, amplitudes):
        """By phase [deg], common shift, Lorentzian and Gaussian width, own shifts [ppm] at amplitudes [b, M + 1]: [b, 4 + own, 512]."""
        weights = torch.from_numpy(amplitudes)
        in_time = (weights[:, None, :-1].to(torch.complex64) @ self.narrow)[:, 0]
        narrow = band_of(in_time).to(torch.complex128)
        whole = narrow.imag + weights[:, -1:] * band_of(self.broad[:, 0]).imag
        # A signal times t is its spectrum's slope: a Lorentzian's width mixes the parts, a Gaussian's is a second derivative.
        by_gaussian = self.lineshape.gaussian_ppm[:, None].double() / (8 * math.log(2)) * curvatures(narrow.real)
        common = [-math.pi / 180 * whole, slopes(narrow.real), slopes(narrow.imag) / 2, by_gaussian]
        own = slopes(self.columns[:, self.own]) * weights[:, self.own, None]
        return torch.cat([torch.stack(common, 1), own], 1)


def slopes(columns):
    """Derivatives by shift [1/ppm] from neighbouring bins, to the fourth order, none at the two outermost: [..., 512]. Higher ppm are
    at lower bins."""
    out = torch.zeros_like(columns)
    near, far = columns[..., 3:-1] - columns[..., 1:-3], columns[..., 4:] - columns[..., :-4]
    out[..., 2:-2] = (8 * near - far) / (12 * BIN_PPM)
    return out


def curvatures(columns):
    """Second derivatives likewise [1/ppm²]."""
    out = torch.zeros_like(columns)
    near, far = columns[..., 3:-1] + columns[..., 1:-3], columns[..., 4:] + columns[..., :-4]
    out[..., 2:-2] = (16 * near - far - 30 * columns[..., 2:-2]) / (12 * BIN_PPM**2)
    return out


def solve(lineshape, spectra, step=True, baseline=True, batch=250):
    """@returns Solution"""
    parts = []
    for rows in torch.arange(spectra.spectrum.shape[0]).split(batch):
        parts.append(_solve_rows(rows_of(lineshape, rows), spectra, rows, step, baseline))
    return Solution(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Solution)))


def _solve_rows(start, spectra, rows, step, baseline):
    noise = spectra.noise_sd[rows].double().numpy()
    ratio = stiffness(start.roughness.double().numpy() / noise) if baseline else np.full(len(rows), 1e8)
    model = _Rows(start, spectra, rows)
    systems = _Systems(model, ratio)
    if not step:
        return systems.solution(systems.amplitudes(), noise, spectra, rows)
    names = spectra.names
    precision = (noise[:, None] / np.minimum(start.prior.double().numpy(), LARGEST_PRIOR)) ** 2
    derivatives = model.derivatives(systems.amplitudes())[:, :COMMON]
    systems = _Systems(model, ratio, derivatives, precision[:, :COMMON])
    amplitudes = systems.amplitudes()
    found = systems.solution(amplitudes, noise, spectra, rows)
    change = systems.step(amplitudes)
    again = np.flatnonzero((systems.bend(change) > LARGEST_BEND * noise) | (found.residual > LARGEST_RESIDUAL))
    if len(again) == 0:
        return found
    some = rows_of(start, again)
    led = some.moved(torch.from_numpy(change[again]).float(), names)
    moved = (led.unknowns(names) - some.unknowns(names)).double().numpy()
    precision = precision[again] * np.maximum(found.residual[again, None], 1) ** 2
    model = _Rows(led, spectra, rows[again])
    systems = _Systems(model, ratio[again], model.derivatives(amplitudes[again]), precision, moved)
    second = systems.solution(systems.amplitudes(), noise[again], spectra, rows[again])
    second.again[:] = True
    for field in fields(Solution):
        getattr(found, field.name)[again] = getattr(second, field.name)
    return found


def stiffness(roughness):
    """Weight of the second differences for roughnesses over the noise: in steps of a quarter of an octave, as the twin has it."""
    stepped = 2 ** (np.round(4 * np.log2(np.clip(roughness, *ROUGHNESS_OVER_NOISE))) / 4)
    return 1 / stepped**2


class _Systems:
    """Normal equations of some spectra, splines and derivatives eliminated."""

    def __init__(self, model, ratio, derivatives=None, precision=None, moved=0.0):
        count, bins = model.y.shape
        free = SPLINES[None].expand(count, -1, bins)
        if derivatives is not None:
            free = torch.cat([free, derivatives], 1)
        self.columns, self.free, self.y, self.derivatives = model.columns, free, model.y, derivatives
        inner = (free @ free.mT).numpy()
        right = (free @ model.y[:, :, None]).numpy()
        n = PENALTY.shape[0]
        inner[:, :n, :n] += ratio[:, None, None] * PENALTY
        if derivatives is not None:
            at = np.arange(n, free.shape[1])
            inner[:, at, at] += precision
            right[:, n:, 0] -= precision * moved
        inner += RIDGE * np.einsum("bii->bi", inner)[:, None] * np.eye(inner.shape[1])
        cross = (free @ model.columns.mT).numpy()
        back = np.linalg.solve(inner, np.concatenate([cross, right], 2))
        self.back, self.back_right = back[:, :, :-1], back[:, :, -1]
        self.gram = (model.columns @ model.columns.mT).numpy() - np.swapaxes(cross, 1, 2) @ self.back
        self.h = (model.columns @ model.y[:, :, None]).numpy()[:, :, 0] - np.einsum("bfm,bf->bm", cross, self.back_right)

    def amplitudes(self):
        return np.array([non_negative(gram, h) for gram, h in zip(self.gram, self.h)])

    def unknown(self, amplitudes):
        return self.back_right - np.einsum("bfm,bm->bf", self.back, amplitudes)

    def step(self, amplitudes):
        """[b, derivatives]"""
        return self.unknown(amplitudes)[:, PENALTY.shape[0] :]

    def bend(self, step):
        """Norm of what a step [b, 4] leaves of the straight line, about: [b]"""
        norms = torch.linalg.vector_norm(self.derivatives, dim=2).numpy()
        return (norms * step**2 / STRAIGHT).sum(1)

    def solution(self, amplitudes, noise, spectra, rows):
        names = spectra.names
        fit = np.einsum("bmn,bm->bn", self.columns.numpy(), amplitudes)
        fit += np.einsum("bfn,bf->bn", self.free.numpy(), self.unknown(amplitudes))
        left = (self.y.numpy() - fit) / noise[:, None]
        spread = np.array([spreads(gram, names) for gram in self.gram]) * noise[:, None]
        excess = residual_excess(left, self.columns[:, : len(names)].numpy(), spectra.covered[rows].numpy())
        sums = [excess[:, [names.index(m) for m in members]].mean(1, keepdims=True) for members in SUMS.values()]
        residual = np.sqrt(np.square(left).mean(1))
        excess = np.concatenate([excess, *sums], 1)
        return Solution(amplitudes[:, : len(names)], spread, excess, residual, np.zeros(len(noise), bool))


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
