"""What the preset's ranges say about amplitudes over the input's scale, and what the decoder makes of it: weights to begin with, spreads."""

import math
from dataclasses import dataclass

import torch

from training.quantification.canonical import band_spectrum, spectrum_noise_sd
from training.quantification.dq.bound import prior_variances
from training.quantification.dq.decoder import SAMPLES
from training.quantification.dq.networks import NODES_HZ

DRAWS = 2000
# Each line of parametric macromolecules may differ so much from the pattern, of its mean. (SD)
LINE_SPREAD = 0.5
# The largest magnitude of a spectrum, by which it is scaled, has noise, phase and shift in it: a common factor is free so far. (SD)
SCALE_SPREAD = 0.2
# Noise SDs of the spectra over their scale, for which spreads are tabulated.
NOISE_LEVELS = (0.003, 0.006, 0.012, 0.025, 0.05, 0.1, 0.2)
# Noise of one real channel of the band-limited FID over that of the spectrum: 512 bins, of which zero filling made half.
FID_NOISE = 1 / 16


@dataclass
class Prior:
    """By node of width: mean [K, R] and covariance [K, R, R] of amplitudes over the input's scale."""

    mean: torch.Tensor
    covariance: torch.Tensor
    whitening: torch.Tensor  # [K, R, R]: whitening @ (a - mean) has unit covariance
    noise: float  # typical SD of spectra over their scale

    def penalty(self, amplitudes, weights):
        """Half the squared distance from the mean in SDs: [B, R], polynomials of the width [B, K] → [B]"""
        apart = torch.einsum("kij,bkj->bki", self.whitening, amplitudes[:, None] - self.mean)
        return 0.5 * (apart * weights[:, :, None]).sum(1).square().sum(1)

    def to(self, device):
        """The same on another device."""
        return Prior(self.mean.to(device), self.covariance.to(device), self.whitening.to(device), self.noise)


def make_prior(simulator, decoder):
    """Draws amounts from the preset's ranges; no spectrum's own truth is used anywhere."""
    generator = torch.Generator(simulator.device).manual_seed(simulator.preset["seeds"]["training"] + 20)
    cases = simulator.draw(DRAWS, generator)
    lines = len(decoder.signals) - decoder.metabolites
    mm = (cases.mm_amount / simulator.units_per_amount)[:, None]
    if lines > 1:
        mm = mm * (1 + LINE_SPREAD * torch.randn(DRAWS, lines, generator=generator, device=mm.device))
    amounts = torch.cat([cases.amplitudes, mm], 1)
    none = torch.zeros(DRAWS, device=mm.device)
    means, covariances = [], []
    for width in NODES_HZ:
        scale = decoder.spectrum(amounts, none, none, none + width).abs().amax(1)
        scaled = (amounts / scale[:, None]).double()
        means.append(scaled.mean(0))
        covariances.append(torch.cov(scaled.T) + SCALE_SPREAD**2 * torch.outer(means[-1], means[-1]))
    covariance = torch.stack(covariances)
    whitening = torch.linalg.inv(torch.linalg.cholesky(covariance))
    scale = band_spectrum(cases.fid, simulator.frequency_mhz).abs().amax(1)
    noise = (spectrum_noise_sd(cases.noise_sd, simulator.frequency_mhz) / scale).median()
    return Prior(torch.stack(means).float(), covariance, whitening.float(), float(noise))


def real(fids):
    """Complex [R, SAMPLES] → [R, 2 * SAMPLES]"""
    return torch.cat([fids.real, fids.imag], 1).double()


def nuisance_directions(decoder, mean, width_hz):
    """Change of the mean FID by phase [rad], shift [Hz], width [Hz]: [3, 2 * SAMPLES]"""
    fid = mean.to(torch.complex64) @ decoder.fids(width_hz)
    times = torch.arange(SAMPLES, device=fid.device) / (4.0 * decoder.frequency_mhz)
    return real(torch.stack([1j * fid, 2j * math.pi * times * fid, -math.pi * times * fid]))


def posterior(decoder, prior, node, noise, nuisance_sd):
    """@returns the amplitudes' linear estimator [2 * SAMPLES, R], its offset [R], their covariance afterwards [R, R]"""
    design = real(decoder.fids(NODES_HZ[node]))
    covariance, mean = prior.covariance[node], prior.mean[node].double()
    directions = nuisance_directions(decoder, prior.mean[node], NODES_HZ[node]) * torch.tensor(nuisance_sd)[:, None].to(design)
    of_data = design.T @ covariance @ design + directions.T @ directions
    of_data = of_data + (noise * FID_NOISE) ** 2 * torch.eye(len(of_data), dtype=torch.float64, device=design.device)
    gain = torch.linalg.solve(of_data, design.T @ covariance)
    return gain, mean - (mean @ design) @ gain, covariance - gain.T @ design.T @ covariance


@torch.no_grad()
def initialise(encoder, decoder, prior):
    """The encoder's last layer begins as the decoder's inverse, regularised by the prior and the typical noise."""
    for node in range(len(NODES_HZ)):
        gain, offset, _ = posterior(decoder, prior, node, prior.noise, (0.0, 0.0, 0.0))
        encoder.linear[node] = gain.float()
        encoder.offset[node] = offset.float()
    middle = len(NODES_HZ) // 2
    encoder.size.copy_(prior.covariance[middle].diagonal().sqrt().float())


def spread_table(simulator, decoder, prior, sums):
    """SD of amplitudes and sums, all else unknown within the preset's ranges: [K, noise levels, M + S]"""
    members = decoder.metabolites
    nuisance_sd = prior_variances(simulator)[-3:].sqrt()[[2, 0, 1]].tolist()
    weights = torch.cat([torch.eye(members), sums], 1).double()
    table = torch.zeros(len(NODES_HZ), len(NOISE_LEVELS), weights.shape[1])
    for node in range(len(NODES_HZ)):
        for level, noise in enumerate(NOISE_LEVELS):
            covariance = posterior(decoder, prior, node, noise, nuisance_sd)[2][:members, :members]
            table[node, level] = torch.einsum("ms,mn,ns->s", weights, covariance, weights).clamp(min=0).sqrt().float()
    return table
