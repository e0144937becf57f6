"""QNet's second pass: what a fit with the first pass's factors leaves over corrects them, inside the same graph.

Twice a small network sees how the residual projects on every metabolite's signal, shifted to and fro, over that metabolite's own
amplitude: so the amounts need not be those of the training. Then one damped Gauss-Newton step on phase, width, shifts,
macromolecules and amplitudes together (Levenberg 1944, Marquardt 1963), with a damping that is learnt.
"""

import torch
from torch import nn

from training.quantification.canonical import BIN_PPM
from training.quantification.qnet.time_model import SAMPLES, TimeModel, solve

ROUNDS = 2
OFFSETS_BINS = torch.arange(-12, 13, 2, dtype=torch.float32)
HIDDEN = (256, 128)
# A round's corrections are its outputs times this half range; a Newton step stays within the second.
ROUND_REACH, NEWTON_REACH = 0.3, 0.5
# Logarithms of dampings are learnt by steps so much larger than weights.
DAMPING_RATE = 20.0


def arsinh(values):
    """As torch.asinh, of functions that ONNX Runtime computes many values at a time with."""
    size = values.abs()
    return values.sign() * torch.log(size + torch.sqrt(size * size + 1))


class Refinement(nn.Module):
    """Factors and macromolecules of the first pass → better ones, as a list with one entry a round and one of the last step."""

    def __init__(self, simulator, units, half_ranges, features, components):
        """
        units: QNet.in_units, factors → phase, width, shifts; half_ranges: of phase [rad], width [Hz], shift [ppm], one unit of a
        factor; features: of the first pass; components: of the macromolecules
        """
        super().__init__()
        metabolites = len(simulator.names)
        self.factors, self.metabolites, self.components = 2 + metabolites, metabolites, components
        self.units, self.half_ranges, self.model = units, half_ranges, TimeModel(simulator)
        angle = self.model.turn_per_ppm * BIN_PPM * self.model.sample[:, None] * OFFSETS_BINS
        self.register_buffer("cosine", torch.cos(angle), persistent=False)
        self.register_buffer("sine", torch.sin(angle), persistent=False)
        seen = metabolites * (2 * len(OFFSETS_BINS) + 1) + self.factors + 1 + features
        self.correct = nn.Sequential(
            nn.Linear(seen, HIDDEN[0]),
            nn.ReLU(),
            nn.Linear(HIDDEN[0], HIDDEN[1]),
            nn.ReLU(),
            nn.Linear(HIDDEN[1], self.factors + components),
        )
        nn.init.zeros_(self.correct[-1].weight)
        nn.init.zeros_(self.correct[-1].bias)
        # Precisions about the last round's factors and about the middle of their ranges, and Marquardt's share of the curvature.
        start = torch.tensor([1.5, 0.0, -1.0])[:, None].expand(3, self.factors)
        self.damping = nn.Parameter(start / DAMPING_RATE)
        self.register_buffer("background", torch.zeros(components, 2 * SAMPLES))
        self.register_buffer("background_mean", torch.zeros(components))
        self.register_buffer("background_sd", torch.ones(components))
        self.register_buffer("amplitude_sd", torch.ones(metabolites))

    def set_background(self, basis, coefficients):
        """basis [K, 2, 512]: the components; coefficients [N, K] of some cases, for their mean and SD."""
        self.background.copy_(self.model.signal(basis))
        self.background_mean.copy_(coefficients.mean(0))
        self.background_sd.copy_(coefficients.std(0))
        # No metabolite's line is much taller than the input's largest magnitude, 1: that alone is known of amplitudes.
        device = basis.device
        _, width_hz, shifts = self.units(torch.zeros(1, self.factors, device=device))
        signals = self.model.modulated(shifts, width_hz[:, None])[0]
        height = torch.fft.fft(torch.complex(signals[:, :SAMPLES], signals[:, SAMPLES:]), n=4 * SAMPLES).abs().amax(1)
        self.amplitude_sd.copy_(1 / height)

    def _signals(self, factors):
        phase, width_hz, shifts = self.units(factors)
        return phase[:, None], self.model.modulated(shifts, width_hz[:, None])

    def _fitted(self, observed, noise, factors, coefficients):
        """@returns signals [B, M, 2·128], amplitudes [B, M], macromolecules and residual [B, 2·128] of the unphased signal"""
        phase, signals = self._signals(factors)
        background = coefficients @ self.background
        target = self.model.turned(observed, -phase) - background
        weight = noise**-2
        eye = torch.eye(self.metabolites, device=observed.device)
        gram = signals @ signals.transpose(1, 2) * weight[..., None] + eye / self.amplitude_sd**2
        right = (signals @ self.model.tapered(target)[..., None])[..., 0] * weight
        amplitudes = solve(gram, right)
        residual = self.model.tapered(target - (signals * amplitudes[..., None]).sum(1))
        return signals, amplitudes, background, residual

    def _seen(self, noise, factors, features, signals, amplitudes, residual):
        """Sum of conj(signal, shifted) · residual over the signal's energy and its amplitude or the noise's [B, seen]"""
        real, imaginary = signals[..., :SAMPLES], signals[..., SAMPLES:]
        r, i = residual[:, None, :SAMPLES], residual[:, None, SAMPLES:]
        a, b = real * r + imaginary * i, real * i - imaginary * r
        energy = signals.square().sum(2)
        size = amplitudes.abs()
        noise_amplitude = noise / energy.sqrt()
        unit = (energy * (size + 2 * noise_amplitude))[..., None]
        projected = torch.cat([a @ self.cosine + b @ self.sine, b @ self.cosine - a @ self.sine], 2) / unit
        projected = arsinh(3 * projected).flatten(1)
        return torch.cat([projected, torch.log(size / noise_amplitude + 0.3), factors, torch.log(noise), features], 1)

    def _newton_step(self, observed, noise, factors, coefficients):
        """Unknowns: factors, amplitudes, coefficients."""
        signals, amplitudes, background, residual = self._fitted(observed, noise, factors, coefficients)
        jacobian, weight = self._jacobian(signals, amplitudes, background), noise**-2
        near, middle, share = torch.exp(self.damping * DAMPING_RATE)
        precision = torch.cat([near + middle, 1 / self.amplitude_sd**2, 1 / self.background_sd**2])
        curvature = self._curvature(jacobian) * weight[..., None]
        eye = torch.eye(precision.shape[0], device=observed.device)
        others = torch.zeros(self.components + self.metabolites, device=observed.device)
        damped = (curvature * eye).sum(2) * torch.cat([share, others]) + precision
        away = torch.cat([factors * (middle / (near + middle)), amplitudes, coefficients - self.background_mean], 1)
        ahead = torch.cat([(jacobian @ residual[..., None])[..., 0], residual @ self.background.T], 1)
        step = solve(curvature + eye * damped[:, None], ahead * weight - precision * away)
        moved = NEWTON_REACH * torch.tanh(step[:, : self.factors] / NEWTON_REACH)
        return factors + moved, coefficients + step[:, self.factors + self.metabolites :]

    def _curvature(self, jacobian):
        """Sums of products of the Jacobian's rows and the macromolecules' components [B, P, P]"""
        across = jacobian @ self.background.T
        among = (self.background @ self.background.T).expand(jacobian.shape[0], -1, -1)
        top = torch.cat([jacobian @ jacobian.transpose(1, 2), across], 2)
        return torch.cat([top, torch.cat([across.transpose(1, 2), among], 2)], 1)

    def _jacobian(self, signals, amplitudes, background):
        """Of the unphased signal by factors (phase, width, shifts; in half ranges) and amplitudes [B, 2 + 2·M, 2·128]"""
        unit_phase, unit_width, unit_shift = self.half_ranges
        both = torch.cat([self.model.sample, self.model.sample])
        fit = (signals * amplitudes[..., None]).sum(1)
        phase = self.model.times_i(fit + background) * unit_phase
        width = fit * both * (self.model.decay_per_hz * unit_width)
        shifts = self.model.times_i(signals) * (both * (self.model.turn_per_ppm * unit_shift)) * amplitudes[..., None]
        return torch.cat([phase[:, None], width[:, None], shifts, signals], 1)

    def forward(self, spectrum, factors, coefficients, features):
        """spectrum [B, 2, 512], the first pass's factors [B, 2 + M], coefficients [B, K], features"""
        observed, noise = self.model.signal(spectrum), self.model.noise_sd(spectrum)
        found = []
        for _ in range(ROUNDS):
            signals, amplitudes, _, residual = self._fitted(observed, noise, factors, coefficients)
            change = self.correct(self._seen(noise, factors, features, signals, amplitudes, residual))
            factors = factors + ROUND_REACH * change[:, : self.factors]
            coefficients = coefficients + self.background_sd * change[:, self.factors :]
            found.append((factors, coefficients))
        return [*found, self._newton_step(observed, noise, factors, coefficients)]
