"""The autoencoder's loss: the noisy spectrum itself is the target; no truth is known to it."""

import torch

from training.fpc.canonical import POINTS
from training.quantification.canonical import band_spectrum, inputs_of, spectrum_noise_sd
from training.quantification.dq.decoder import SAMPLES, band_fid
from training.quantification.dq.prior import FID_NOISE

# Independent complex values of a spectrum of 512 bins, of which zero filling made half.
VALUES = POINTS / 2
COARSE_WEIGHT = 0.3
# dq-rpmm: weights of the metabolites-only part after the cut-off time, and of that time over the FID's length (published 0.5, 3).
TAIL_WEIGHT, TIME_WEIGHT = 0.5, 3.0
# Softness of the cut-off. [share of the FID]
TAIL_SOFTNESS = 0.02


class AutoencoderLoss:
    """Negative log likelihood of the spectrum plus that of the amounts in the preset's ranges; log(1 + x) against early outliers."""

    def __init__(self, decoder, prior, method):
        self.decoder, self.prior, self.frequency_mhz = decoder, prior, decoder.frequency_mhz
        self.has_cutoff = method == "dq-rpmm"

    def _parts(self, network, cases):
        inputs, scale = inputs_of(band_spectrum(cases.fid, self.frequency_mhz))
        noise = spectrum_noise_sd(cases.noise_sd, self.frequency_mhz) / scale
        target = torch.complex(inputs[:, 0], inputs[:, 1])
        amplitudes, fine, coarse, cutoff, _, _ = network(inputs)
        fitted = self._misfit(target, amplitudes, fine, noise) + self.prior.penalty(amplitudes, network.by_width(fine[2])) / VALUES
        return fitted, self._misfit(target, amplitudes.detach(), coarse, noise), (target, amplitudes, fine, noise, cutoff)

    def _misfit(self, target, amplitudes, nuisances, noise):
        """Half chi square over the number of values: near 1 for a perfect fit."""
        miss = target - self.decoder.spectrum(amplitudes, *nuisances)
        return torch.view_as_real(miss).square().sum((1, 2)) / (4 * noise**2 * VALUES)

    def _tail(self, target, amplitudes, fine, noise, cutoff):
        metabolites = self.decoder.spectrum(amplitudes, *fine, rows=slice(0, self.decoder.metabolites))
        miss = band_fid(target - metabolites)
        share = torch.arange(SAMPLES, device=miss.device) / SAMPLES
        ends = cutoff * 4.0 * self.frequency_mhz / SAMPLES
        after = torch.sigmoid((share - ends[:, None]) / TAIL_SOFTNESS)
        squares = torch.view_as_real(miss).square().sum(2) / (2 * (noise[:, None] * FID_NOISE) ** 2)
        return TAIL_WEIGHT * torch.log1p((after * squares).mean(1)) + TIME_WEIGHT * ends

    def train(self, network, cases, _progress):
        """Both passes; of dq-rpmm the tail too."""
        fitted, coarse, rest = self._parts(network, cases)
        loss = torch.log1p(fitted).mean() + COARSE_WEIGHT * torch.log1p(coarse).mean()
        return loss + self._tail(*rest).mean() if self.has_cutoff else loss

    def validate(self, network, cases):
        """The fit alone."""
        fitted, _, rest = self._parts(network, cases)
        loss = torch.log1p(fitted).mean()
        return loss + self._tail(*rest).mean() if self.has_cutoff else loss
