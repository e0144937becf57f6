"""What the networks are trained to make small: model decoders (unsupervised) and distances from the truth (supervised).

The decoders are asked for the transient as it was before noise and nuisance lines were added (a denoising autoencoder): with the
noisy transient itself as target, as published, the best answer is the least-squares fit to its noise. No loss of theirs knows the
offsets. All compare the *corrected* target with a model at zero offset, which is the same as comparing the target with the model at
its offset, except that a limited frequency range then stays where the lines are.
"""

import math

import torch
from torch.nn import functional

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, TRANSFORM_POINTS

# tCr is the line that is referenced; with its neighbours beside it no other line can be taken for it.
LINES_PPM = (REFERENCE_PPM, 3.2, 2.008)
# Farther than this from the coarse pass, the fine pass of dCrRF, whose range has no NAA, has found another minimum: [ppm], cosine.
NEAR_PPM, NEAR_COSINE = 0.03, 0.7
LIMITED_RANGE_PPM = (2.5, 3.5)
# Rough baseline of dCrR: the signal itself under a fast decay, 500 /s at 400 MHz, here in 1/(s MHz).
BASELINE_DAMPING = 1.25


def corrected(signal, shift, phase):
    """Signals [n, 512] freed of a shift [n, 1] in ppm and a phase as a unit vector [n, 2]."""
    index = torch.arange(POINTS, device=signal.device)
    turn = -2 * math.pi * shift * index / BANDWIDTH_PPM
    return signal * torch.polar(torch.ones_like(turn), turn) * torch.complex(phase[:, :1], -phase[:, 1:])


def compared(signal, range_ppm):
    """The signals themselves, or their spectra within a range on the same scale."""
    if range_ppm is None:
        return signal
    step = BANDWIDTH_PPM / TRANSFORM_POINTS
    low, high = (round((REFERENCE_PPM - ppm) / step) for ppm in reversed(range_ppm))
    bins = torch.arange(low, high + 1, device=signal.device) % TRANSFORM_POINTS
    return (torch.fft.fft(signal, TRANSFORM_POINTS) / math.sqrt(TRANSFORM_POINTS))[:, bins]


def squared(x):
    return x.real**2 + x.imag**2


def registration_loss(result, transients, range_ppm, blur):
    """dSR: Σ|corrected − reference|² over the reference's own energy; `blur` is an apodisation in 1/sample."""
    shift, phase, _ = result
    window = torch.exp(-blur * torch.arange(POINTS, device=shift.device))
    signal = compared(corrected(transients.target, shift, phase) * window, range_ppm)
    reference = compared(transients.reference * window, range_ppm)
    return (squared(signal - reference).sum(1) / squared(reference).sum(1)).mean()


def creatine_loss(result, transients, range_ppm, blur):
    """dCrR: Σ|corrected − lines − x·e^{−dt}|² over the energy of the metabolites, x the corrected signal itself."""
    shift, phase, latent = result
    index = torch.arange(POINTS, device=shift.device)
    window = torch.exp(-blur * index)
    damping = 0.1 * functional.softplus(latent[:, 3:4] - 1)
    size = transients.reference[:, 0].abs()[:, None]
    places = torch.tensor([REFERENCE_PPM - ppm for ppm in LINES_PPM], device=shift.device)
    low, high = range_ppm or (0.0, 10.0)
    inside = torch.tensor([float(low < ppm < high) for ppm in LINES_PPM], device=shift.device)
    amplitudes = 0.3 * functional.softplus(latent[:, :3] - 1) * size * inside
    waves = torch.polar(torch.ones(3, POINTS, device=shift.device), 2 * math.pi * places[:, None] * index / BANDWIDTH_PPM)
    lines = (amplitudes.to(torch.complex64) @ waves) * torch.exp(-damping * index)
    baseline = torch.exp(-BASELINE_DAMPING * index / BANDWIDTH_PPM)
    residual = corrected(transients.target, shift, phase) * (1 - baseline) - lines
    energy = squared(compared(transients.reference * window, range_ppm)).sum(1)
    return (squared(compared(residual * window, range_ppm)).sum(1) / energy).mean()


def supervised_loss(result, transients, range_ppm, blur):
    """Distance from the truth: shift in units of 0.01 ppm (Huber), phase as 1 − cos."""
    shift, phase, _ = result
    miss = (shift[:, 0] - transients.shift_ppm) / 0.01
    cosine = phase[:, 0] * torch.cos(transients.phase_rad) + phase[:, 1] * torch.sin(transients.phase_rad)
    return functional.smooth_l1_loss(miss, torch.zeros_like(miss)) + 10 * (1 - cosine).mean()


# Loss of each method, and the range of its fine pass.
LOSSES = {
    "dcrr": (creatine_loss, None),
    "dcrrf": (creatine_loss, LIMITED_RANGE_PPM),
    "dsr": (registration_loss, None),
    "dsrf": (registration_loss, LIMITED_RANGE_PPM),
    "tapper": (supervised_loss, None),
    "ma": (supervised_loss, None),
}


def departure(coarse, fine):
    """How far a fine pass leaves the coarse one's neighbourhood; nothing within it."""
    away = functional.relu((fine[0] - coarse[0].detach()).abs() - NEAR_PPM) / NEAR_PPM
    turned = functional.relu(NEAR_COSINE - (fine[1] * coarse[1].detach()).sum(1))
    return (away**2).mean() + turned.mean()


def total_loss(model_id, results, transients, blur):
    """Sum over the passes: the coarse one compares all, the fine one the method's own range."""
    loss, range_ppm = LOSSES[model_id]
    coarse, fine = results
    total = loss(coarse, transients, None, blur) + loss(fine, transients, range_ppm, blur)
    return total + departure(coarse, fine) if model_id == "dcrrf" else total


def final_loss(model_id, results, transients):
    """Of the last pass alone: what validation goes by."""
    loss, range_ppm = LOSSES[model_id]
    return loss(results[-1], transients, range_ppm, 0.0)
