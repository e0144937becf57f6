"""QNet's two modules, its second pass, and the end-to-end twin. Convolutional blocks as published: two convolutions of 3, ReLU, max-pool."""

import copy
import math

import torch
from torch import nn

from training.quantification.canonical import BINS, band_spectrum, inputs_of
from training.quantification.qnet.refinement import Refinement

# The protocol's ranges: the network's outputs are in units of their halves.
SHIFT_PPM, PHASE_DEG, WIDTH_PPM = 0.08, 5.0, (0.04, 0.12)
IF_WIDTHS, FEATURES = (16, 32, 64), 64
# Published: 16, 32, 64, 128, 256. Macromolecules have few degrees of freedom: the last two carry nothing more.
MM_WIDTHS = (16, 32, 48, 64, 64)
MM_COMPONENTS = 24
FIRST_PASS = ("extractor", "factors", "predictor", "components")


def blocks(widths, pools):
    """Input [B, 2, 512] → [B, widths[-1], 512 / prod(pools)]"""
    layers, channels = [], 2
    for width, pool in zip(widths, pools, strict=True):
        layers += [nn.Conv1d(channels, width, 3, padding=1), nn.ReLU(), nn.Conv1d(width, width, 3, padding=1), nn.ReLU()]
        layers.append(nn.MaxPool1d(pool))
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


def as_images(convolutions):
    """What blocks() makes, upon images of one row with the same weights: ONNX Runtime has its fast convolutions for images alone."""
    layers = [nn.Unflatten(2, (1, -1))]
    for layer in convolutions:
        if isinstance(layer, nn.Conv1d):
            image = nn.Conv2d(layer.in_channels, layer.out_channels, (1, *layer.kernel_size), padding=(0, *layer.padding))
            image.load_state_dict({"weight": layer.weight[:, :, None], "bias": layer.bias})
            layers.append(image)
        else:
            layers.append(nn.MaxPool2d((1, layer.kernel_size)) if isinstance(layer, nn.MaxPool1d) else layer)
    return nn.Sequential(*layers)


def head(features, hidden, outputs):
    """The two fully connected layers."""
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


class QNet(nn.Module):
    """Spectrum → phase, width, one shift a metabolite, macromolecules' band spectrum; in one pass as published, or refined."""

    def __init__(self, simulator, is_refined=True):
        super().__init__()
        self.metabolites = len(simulator.names)
        self.frequency_mhz = simulator.frequency_mhz
        self.own_width_hz = simulator.basis.linewidth_hz
        self.extractor = blocks(IF_WIDTHS, (2, 2, 2))
        self.factors = head(IF_WIDTHS[-1] * BINS // 8, FEATURES, 2 + self.metabolites)
        self.predictor = blocks(MM_WIDTHS, (2, 2, 2, 2, 2))
        self.components = head(MM_WIDTHS[-1] * BINS // 32, 64, MM_COMPONENTS)
        # In place of a learnt layer to 512 points: the principal components of simulated macromolecules, complex.
        self.register_buffer("background_basis", torch.zeros(MM_COMPONENTS, 2 * BINS))

        first = [f"{module}.{name}" for module in FIRST_PASS for name, _ in getattr(self, module).named_parameters()]
        self.refinement, self.of_basis = None, first if is_refined else []
        if is_refined:
            half_ranges = (math.radians(PHASE_DEG), (self._widths_hz()[1] - self._widths_hz()[0]) / 2, SHIFT_PPM)
            self.refinement = Refinement(simulator, self.in_units, half_ranges, FEATURES, MM_COMPONENTS)

    def set_first_pass(self, weights, cases):
        """Takes a trained first pass, which stays as it is. weights: its checkpoint's; cases: some, for the size of macromolecules."""
        own = {name: value for name, value in weights.items() if name.split(".")[0] in (*FIRST_PASS, "background_basis")}
        self.load_state_dict(own, strict=False)
        for module in FIRST_PASS:
            getattr(self, module).requires_grad_(False)
        self.refinement.set_background(self.background_basis.reshape(-1, 2, BINS), self.coefficients(cases))

    def passes(self, spectrum):
        """@returns [(factors [B, 2 + M] in units of half ranges, coefficients [B, K])], the last the best, and features [B, F]"""
        features = self.factors[1](self.factors[0](self.extractor(spectrum)))
        first = self.factors[2](features), self.components(self.predictor(spectrum))
        return [first, *(self.refinement(spectrum, *first, features) if self.refinement else [])], features

    def _estimates(self, spectrum):
        """@returns factors [B, 2 + M] in units of half ranges, background [B, 2, 512] of the unphased spectrum, features"""
        found, features = self.passes(spectrum)
        factors, coefficients = found[-1]
        return factors, (coefficients @ self.background_basis).reshape(-1, 2, BINS), features

    def estimates(self, spectrum):
        """@returns phase [rad] [B], Lorentzian FWHM added [Hz] [B], shifts [ppm] [B, M], complex background [B, 512]"""
        factors, background, _ = self._estimates(spectrum)
        return *self.in_units(factors), torch.complex(background[:, 0], background[:, 1])

    def _widths_hz(self):
        return tuple(ppm * self.frequency_mhz - self.own_width_hz for ppm in WIDTH_PPM)

    def for_solve(self, spectrum, factors, coefficients, model):
        """@returns what solve_amplitudes() takes: the basis's band spectra [B, M, 512] and the target [B, 512]"""
        phase, width_hz, shifts = self.in_units(factors)
        background = (coefficients @ self.background_basis).reshape(-1, 2, BINS)
        observed = torch.complex(spectrum[:, 0], spectrum[:, 1]) * torch.polar(torch.ones_like(phase), -phase)[:, None]
        return model.spectra(shifts, width_hz), observed - torch.complex(background[:, 0], background[:, 1])

    def in_units(self, factors):
        """@returns phase [rad], width [Hz], shifts [ppm]"""
        low, high = self._widths_hz()
        width_hz = (low + high) / 2 + (high - low) / 2 * factors[:, 1]
        return factors[:, 0] * math.radians(PHASE_DEG), width_hz.clamp(min=0), factors[:, 2:] * SHIFT_PPM

    def labels(self, cases):
        """What `factors` should be. [B, 2 + M]"""
        low, high = self._widths_hz()
        width = (cases.lorentzian_hz[:, :1] - (low + high) / 2) / ((high - low) / 2)
        phase = cases.phase_rad[:, None] / math.radians(PHASE_DEG)
        return torch.cat([phase, width, cases.shift_ppm / SHIFT_PPM], 1)

    def _unphased_background(self, cases):
        """Macromolecules on their inputs' scale [N, 2·512]"""
        _, scale = inputs_of(band_spectrum(cases.fid, self.frequency_mhz))
        background = band_spectrum(cases.background_fid, self.frequency_mhz) / scale[:, None]
        background = background * torch.polar(torch.ones_like(cases.phase_rad), -cases.phase_rad)[:, None]
        return torch.cat([background.real, background.imag], 1)

    def coefficients(self, cases):
        """Labels of the macromolecules' coefficients [N, K]"""
        return self._unphased_background(cases) @ torch.linalg.pinv(self.background_basis)

    def set_background_basis(self, cases):
        """Principal components of the macromolecules of some cases, on their inputs' scale and unphased."""
        stacked = self._unphased_background(cases)
        _, values, components = torch.linalg.svd(stacked, full_matrices=False)
        sizes = values[:MM_COMPONENTS, None] / len(stacked) ** 0.5
        self.background_basis.copy_(components[:MM_COMPONENTS] * sizes)


class QNetExport(nn.Module):
    """What the program runs: parameters in the card's units, the background as it lies in the input, latent."""

    def __init__(self, network, latent):
        super().__init__()
        self.network, self.latent = copy.deepcopy(network), latent
        for module in ("extractor", "predictor"):
            setattr(self.network, module, as_images(getattr(network, module)))

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
