"""What the program runs of DQ: the encoder, the macromolecules' spectrum, and spreads from the decoder's bound."""

import math

import torch
from torch import nn

from training.fpc.canonical import BANDWIDTH_PPM
from training.quantification.canonical import BINS, band_spectrum
from training.quantification.dq.decoder import SAMPLES
from training.quantification.dq.networks import NODES_HZ
from training.quantification.dq.prior import FID_NOISE, NOISE_LEVELS

# Shift and width of the macromolecules as polynomials in time between so many points, up to when they are gone. [s]
TIME_POINTS, GONE_S = 9, 0.26


class DqExport(nn.Module):
    """Band spectrum → amplitudes, sd, parameters, background, latent."""

    def __init__(self, encoder, decoder, table, latent):
        super().__init__()
        self.encoder, self.latent, self.metabolites = encoder, latent, decoder.metabolites
        # FIDs of every row at the nodes of width, for the residual: [K, rows, 2 * SAMPLES]
        fids = torch.stack([decoder.fids(width) for width in NODES_HZ])
        self.register_buffer("fids", torch.cat([fids.real, fids.imag], 2))
        self.register_buffer("table", table)
        self.register_buffer("levels", torch.log(torch.tensor(NOISE_LEVELS)))
        times, spectra = self._macromolecules(decoder)
        self.register_buffer("times", times)
        self.register_buffer("spectra", spectra)

    @staticmethod
    def _macromolecules(decoder):
        """@returns points in time [TIME_POINTS], spectra [lines, TIME_POINTS, 1024] of the lines times each point's polynomial"""
        step_s = 1 / (BANDWIDTH_PPM * decoder.frequency_mhz)
        points = GONE_S / 2 * (1 - torch.cos(math.pi * (torch.arange(TIME_POINTS, dtype=torch.float64) + 0.5) / TIME_POINTS))
        times = torch.arange(BINS, dtype=torch.float64) * step_s
        spectra = []
        for k in range(TIME_POINTS):
            others = [i for i in range(TIME_POINTS) if i != k]
            polynomial = torch.stack([(times - points[i]) / (points[k] - points[i]) for i in others]).prod(0)
            polynomial = torch.where(times <= GONE_S, polynomial, 0).to(decoder.signals.device)
            spectrum = band_spectrum(decoder.signals[decoder.metabolites :] * polynomial, decoder.frequency_mhz)
            spectra.append(torch.cat([spectrum.real, spectrum.imag], 1))
        return points.float(), torch.stack(spectra, 1).float()

    def forward(self, spectrum):
        rows, (phase, shift, width), _, _, features, straight = self.encoder(spectrum)
        weights = self.encoder.by_width(width)
        amplitudes = rows[:, : self.metabolites]
        parameters = torch.stack([torch.rad2deg(phase), shift, width], 1)
        background = self.background(rows[:, self.metabolites :], phase, shift, width)
        return amplitudes, self.spread(rows, straight, weights), parameters, background, self.latent(features)

    def spread(self, rows, straight, weights):
        """The bound at the estimated width for the noise that the reconstruction leaves: [B, M + S]"""
        fitted = (torch.einsum("br,krx->bkx", rows, self.fids) * weights[:, :, None]).sum(1)
        residual = straight.reshape(-1, 2 * SAMPLES) - fitted
        noise = torch.sqrt((residual * residual).mean(1)) / FID_NOISE
        place = torch.log(noise)[:, None]
        step = self.levels[1:] - self.levels[:-1]
        # Straight lines between the levels: hat functions, held at both ends.
        inside = ((place - self.levels[:-1]) / step).clamp(0.0, 1.0)
        first = 1 - inside[:, :1]
        hats = torch.cat([first, inside[:, :-1] - inside[:, 1:], inside[:, -1:]], 1)
        tabled = torch.einsum("bl,klm->bkm", hats, self.table)
        return (tabled * weights[:, :, None]).sum(1).clamp(min=1e-6)

    def background(self, amounts, phase, shift, width):
        """Macromolecules as they lie in the input: [B, 2, 512]"""
        turn = phase[:, None] - 2 * math.pi * self.encoder.frequency_mhz * shift[:, None] * self.times
        decay = torch.exp(-math.pi * width[:, None] * self.times)
        real, imaginary = decay * torch.cos(turn), decay * torch.sin(turn)
        summed = torch.einsum("bl,ltx->btx", amounts, self.spectra).reshape(-1, TIME_POINTS, 2, BINS)
        of_real, of_imaginary = summed[:, :, 0], summed[:, :, 1]
        return torch.stack(
            [
                (of_real * real[..., None] - of_imaginary * imaginary[..., None]).sum(1),
                (of_real * imaginary[..., None] + of_imaginary * real[..., None]).sum(1),
            ],
            1,
        )
