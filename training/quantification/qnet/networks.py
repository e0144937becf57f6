"""QNet's two modules and the end-to-end twin. Convolutional blocks as published: two convolutions of 3, ReLU, max-pool."""

import math

import torch
from torch import nn

from training.quantification.canonical import BINS, band_spectrum, inputs_of

# The protocol's ranges: the network's outputs are in units of their halves.
SHIFT_PPM, PHASE_DEG, WIDTH_PPM = 0.08, 5.0, (0.04, 0.12)
IF_WIDTHS = (16, 32, 64)
# Published: 16, 32, 64, 128, 256. Macromolecules have few degrees of freedom: the last two carry nothing more.
MM_WIDTHS = (16, 32, 48, 64, 64)
MM_COMPONENTS = 24
LATENT = 16


def blocks(widths, pools):
    """Input [B, 2, 512] → [B, widths[-1], 512 / prod(pools)]"""
    layers, channels = [], 2
    for width, pool in zip(widths, pools, strict=True):
        layers += [nn.Conv1d(channels, width, 3, padding=1), nn.ReLU(), nn.Conv1d(width, width, 3, padding=1), nn.ReLU()]
        layers.append(nn.MaxPool1d(pool))
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


def head(features, hidden, outputs):
    """The two fully connected layers."""
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


class QNet(nn.Module):
    """Spectrum → phase, width, one shift a metabolite, macromolecules' band spectrum."""

    def __init__(self, simulator):
        super().__init__()
        self.metabolites = len(simulator.names)
        self.frequency_mhz = simulator.frequency_mhz
        self.own_width_hz = simulator.basis.linewidth_hz
        self.extractor = blocks(IF_WIDTHS, (2, 2, 2))
        self.factors = head(IF_WIDTHS[-1] * BINS // 8, 64, 2 + self.metabolites)
        self.predictor = blocks(MM_WIDTHS, (2, 2, 2, 2, 2))
        self.components = head(MM_WIDTHS[-1] * BINS // 32, 64, MM_COMPONENTS)
        # In place of a learnt layer to 512 points: the principal components of simulated macromolecules, complex.
        self.register_buffer("background_basis", torch.zeros(MM_COMPONENTS, 2 * BINS))

    def _estimates(self, spectrum):
        """@returns factors [B, 2 + M] in units of half ranges, background [B, 2, 512] of the unphased spectrum, features"""
        features = self.factors[1](self.factors[0](self.extractor(spectrum)))
        background = self.components(self.predictor(spectrum)) @ self.background_basis
        return self.factors[2](features), background.reshape(-1, 2, BINS), features

    def estimates(self, spectrum):
        """@returns phase [rad] [B], Lorentzian FWHM added [Hz] [B], shifts [ppm] [B, M], complex background [B, 512]"""
        factors, background, _ = self._estimates(spectrum)
        return *self.in_units(factors), torch.complex(background[:, 0], background[:, 1])

    def in_units(self, factors):
        """@returns phase [rad], width [Hz], shifts [ppm]"""
        low, high = (ppm * self.frequency_mhz - self.own_width_hz for ppm in WIDTH_PPM)
        width_hz = (low + high) / 2 + (high - low) / 2 * factors[:, 1]
        return factors[:, 0] * math.radians(PHASE_DEG), width_hz.clamp(min=0), factors[:, 2:] * SHIFT_PPM

    def labels(self, cases):
        """What `factors` should be. [B, 2 + M]"""
        low, high = (ppm * self.frequency_mhz - self.own_width_hz for ppm in WIDTH_PPM)
        width = (cases.lorentzian_hz[:, :1] - (low + high) / 2) / ((high - low) / 2)
        phase = cases.phase_rad[:, None] / math.radians(PHASE_DEG)
        return torch.cat([phase, width, cases.shift_ppm / SHIFT_PPM], 1)

    def set_background_basis(self, cases):
        """Principal components of the macromolecules of some cases, on their inputs' scale and unphased."""
        _, scale = inputs_of(band_spectrum(cases.fid, self.frequency_mhz))
        background = band_spectrum(cases.background_fid, self.frequency_mhz) / scale[:, None]
        background = background * torch.polar(torch.ones_like(cases.phase_rad), -cases.phase_rad)[:, None]
        stacked = torch.cat([background.real, background.imag], 1)
        _, values, components = torch.linalg.svd(stacked, full_matrices=False)
        sizes = values[:MM_COMPONENTS, None] / len(stacked) ** 0.5
        self.background_basis.copy_(components[:MM_COMPONENTS] * sizes)


class QNetExport(nn.Module):
    """What the program runs: parameters in the card's units, the background as it lies in the input, latent."""

    def __init__(self, network, latent):
        super().__init__()
        self.network, self.latent = network, latent

    def forward(self, spectrum):
        factors, background, features = self.network._estimates(spectrum)
        phase, width_hz, shifts = self.network.in_units(factors)
        cosine, sine = torch.cos(phase)[:, None], torch.sin(phase)[:, None]
        real, imaginary = background[:, 0], background[:, 1]
        turned = torch.stack([real * cosine - imaginary * sine, real * sine + imaginary * cosine], 1)
        parameters = torch.cat([torch.rad2deg(phase)[:, None], width_hz[:, None], shifts], 1)
        return parameters, turned, self.latent(features)

    @staticmethod
    def parameter_names(names):
        """Columns of `parameters`."""
        return ["phaseDeg", "lorentzianHz", *(f"shiftPpm.{name}" for name in names)]


class EndToEnd(nn.Module):
    """The macromolecule predictor's architecture, amplitudes in the place of macromolecules; and the spread of each and of sums."""

    def __init__(self, simulator, sums):
        super().__init__()
        self.predictor = blocks(MM_WIDTHS, (2, 2, 2, 2, 2))
        features = MM_WIDTHS[-1] * BINS // 32
        metabolites = len(simulator.names)
        self.hidden = nn.Sequential(nn.Linear(features, 128), nn.ReLU())
        self.amplitudes = nn.Linear(128, metabolites)
        self.log_spread = head(features, 32, metabolites + sums)
        self.register_buffer("centre", torch.zeros(metabolites))
        self.register_buffer("size", torch.ones(metabolites))

    def set_targets(self, amplitudes):
        """Mean and SD of the training set's labels."""
        self.centre.copy_(amplitudes.mean(0))
        self.size.copy_(amplitudes.std(0))

    def estimates(self, spectrum):
        """@returns amplitudes over the input's scale [B, M], log of their spread in units of `size` [B, M + S], features"""
        found = self.predictor(spectrum)
        features = self.hidden(found)
        # The spread learns from the errors, and must not teach the amplitudes' features.
        return self.amplitudes(features) * self.size + self.centre, self.log_spread(found.detach()).clamp(-6, 3), features


class EndToEndExport(nn.Module):
    """What the program runs."""

    def __init__(self, network, latent, sums):
        super().__init__()
        self.network, self.latent = network, latent
        self.register_buffer("sizes", torch.cat([network.size, (network.size**2 @ sums).sqrt()]))

    def forward(self, spectrum):
        amplitudes, log_spread, features = self.network.estimates(spectrum)
        return amplitudes, torch.exp(log_spread) * self.sizes, self.latent(features)
