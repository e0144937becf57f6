"""What QNet and its twin are trained by."""

import torch

from training.fpc.canonical import BANDWIDTH_PPM, TRANSFORM_POINTS
from training.quantification.band_model import solve_amplitudes
from training.quantification.canonical import band_spectrum, inputs_of, spectrum_noise_sd

# Weight of the macromolecules against the mean of the metabolites' signals.
ALPHA = 1.0
# The linear solve joins in after this share of the training; before, the factors are learnt from their labels alone, which later
# keep this weight: the shift of a metabolite that hardly shows would drift.
LABELS_ONLY, LABEL_WEIGHT = 0.3, 0.1
# Weight of the macromolecules beside the labels.
LABELS_MM = 30.0
# A case counts by 1 / (SOFT^2 + its noise's variance): else the noisiest alone are learnt.
SOFT = 0.03


class QNetLoss:
    """Errors of every metabolite's fitted signal (complex) and of the macromolecules; at first of the factors' labels."""

    def __init__(self, model, simulator, typical):
        """typical: some cases, for the weights of the shifts."""
        self.model, self.frequency_mhz = model, simulator.frequency_mhz
        size = typical.amplitudes.mean(0) * simulator.signals.abs().square().sum(1).sqrt()
        self.shift_weights = (size / size.max()).clamp(min=0.15)

    def _prepared(self, cases):
        inputs, scale = inputs_of(band_spectrum(cases.fid, self.frequency_mhz))
        turned = torch.polar(1 / scale, -cases.phase_rad)[:, None]
        background = band_spectrum(cases.background_fid, self.frequency_mhz) * turned
        noise = spectrum_noise_sd(cases.noise_sd, self.frequency_mhz) / scale
        return inputs, scale, background, noise

    def train(self, network, cases, progress):
        """The published loss, or the labels' in the first part."""
        inputs, scale, background, noise = self._prepared(cases)
        weight = SOFT**2 / (SOFT**2 + noise**2)
        factors, found, _ = network._estimates(inputs)
        found = torch.complex(found[:, 0], found[:, 1])
        miss = (factors - network.labels(cases)) ** 2
        labels = (torch.cat([torch.ones(2, device=miss.device), self.shift_weights]) * miss).mean(1)
        mm = (found - background).abs().square().sum(1)
        if progress < LABELS_ONLY:
            return (weight * (labels + LABELS_MM * mm)).mean()
        signals = self._signals(network.in_units(factors), found, inputs, scale, cases)
        return (weight * (signals + ALPHA * mm + LABEL_WEIGHT * labels)).mean()

    def _signals(self, estimates, found, inputs, scale, cases):
        """Squared errors of the metabolites' fitted signals [B]: sum over bins, mean over metabolites."""
        phase, width_hz, shifts = estimates
        signals = self.model.modulated(shifts, width_hz)
        target = torch.complex(inputs[:, 0], inputs[:, 1]) * torch.polar(torch.ones_like(phase), -phase)[:, None] - found
        amplitudes, _ = solve_amplitudes(band_spectrum(signals, self.frequency_mhz), target)
        with torch.no_grad():
            true = self.model.modulated(cases.shift_ppm, cases.lorentzian_hz[:, 0])
            turn = cases.phase_rad[:, None].expand_as(cases.amplitudes)
            true = true * torch.polar(cases.amplitudes / scale[:, None], turn)[..., None]
        # Labels and estimates both with their own phase, so that the phase learns too. In time, as by Parseval's theorem.
        own = torch.polar(torch.ones_like(phase), phase)[:, None, None]
        miss = (signals * amplitudes[..., None] * own - true) / (BANDWIDTH_PPM * self.frequency_mhz)
        squared = torch.view_as_real(miss).square().sum((2, 3)) * TRANSFORM_POINTS
        return squared.mean(1)

    def validate(self, network, cases):
        """Mean relative error of amplitudes, noise-limited ones counting less."""
        inputs, scale, _, _ = self._prepared(cases)
        amplitudes, covariance, noise = solved(network, self.model, inputs, cases.noise_sd, scale)
        truth = cases.amplitudes / scale[:, None]
        bound = covariance.diagonal(dim1=1, dim2=2).sqrt().float() * noise[:, None]
        return ((amplitudes - truth).abs() / (0.1 * truth + bound)).mean()


def solved(network, model, inputs, fid_noise_sd, scale):
    """The program's own solve. @returns amplitudes over scale [B, M], covariance for noise of 1, noise SD over scale [B]"""
    phase, width_hz, shifts, found = network.estimates(inputs)
    target = torch.complex(inputs[:, 0], inputs[:, 1]) * torch.polar(torch.ones_like(phase), -phase)[:, None] - found
    amplitudes, covariance = solve_amplitudes(model.spectra(shifts, width_hz), target)
    return amplitudes, covariance, spectrum_noise_sd(fid_noise_sd, model.frequency_mhz) / scale


class EndToEndLoss:
    """Squared error of standardised amplitudes, and a Gaussian likelihood for the spreads."""

    def __init__(self, simulator, sums):
        self.frequency_mhz, self.sums = simulator.frequency_mhz, sums

    def _parts(self, network, cases):
        inputs, scale = inputs_of(band_spectrum(cases.fid, self.frequency_mhz))
        amplitudes, log_spread, _ = network.estimates(inputs)
        error = amplitudes - cases.amplitudes / scale[:, None]
        squared = ((error / network.size) ** 2).mean()
        errors = torch.cat([error, error @ self.sums], 1).detach()
        sizes = torch.cat([network.size, (network.size**2 @ self.sums).sqrt()])
        likelihood = (log_spread + 0.5 * (errors / sizes) ** 2 * torch.exp(-2 * log_spread)).mean()
        return squared, likelihood

    def train(self, network, cases, _progress):
        """Both."""
        squared, likelihood = self._parts(network, cases)
        return squared + 0.2 * likelihood

    def validate(self, network, cases):
        """Squared error alone."""
        return self._parts(network, cases)[0]
