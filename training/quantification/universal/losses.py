"""What is made small: Gaussian likelihoods of every parameter with the network's own SD, and the background's distance."""

import torch
from torch.nn import functional

from training.quantification.universal.networks import (
    DEVIATION_UNIT_PPM, FINE_SHIFT_UNIT_PPM, PHASE_UNIT_DEG, SHIFT_UNIT_PPM, WIDTH_UNIT_PPM, sd_of,
)  # fmt: skip

DEVIATION_WEIGHT, BACKGROUND_WEIGHT, ROUGHNESS_WEIGHT = 0.25, 2.0, 0.5
# Roughness below this part of the noise changes nothing.
LEAST_ROUGHNESS = 0.02
# Misses beyond so many SDs count linearly: single spectra that show nothing must not rule the step.
TAIL = 5.0


def likelihood(estimate, raw, truth, unit, kind):
    """Mean of −log p of a Gaussian with linear tails, without its constant."""
    sd = sd_of(raw, unit, kind)
    miss = (estimate - truth) / sd
    return (functional.huber_loss(miss, torch.zeros_like(miss), delta=TAIL, reduction="none") + torch.log(sd / unit)).mean()


def background_in_frame(network, truth, passes):
    """The true background [B, 512] complex (zero phase and shift) where the second pass sees it: [B, 2, 512] over the RMS."""
    phase0, move = passes["frame"]
    turn = torch.polar(torch.ones_like(truth.phase_deg), torch.deg2rad(truth.phase_deg - phase0.detach()[:, 0]))
    # The true shift is taken out by whole bins, like the spectrum's.
    seen = truth.background * turn[:, None]
    left = torch.round(truth.shift_ppm[:, None] / (8 / 1024)).to(torch.int64) - move
    return network.moved(torch.stack([seen.real, seen.imag], 1), -left) / passes["rms"][:, :, None]


def total_loss(network, truth):
    """@returns the loss and its parts as floats"""
    p = network.passes(*truth.inputs())
    phase, shift = truth.phase_deg[:, None], truth.shift_ppm[:, None]
    phase0, shift0, phase0_log, shift0_log = p["coarse"]
    parts = {
        "coarse": likelihood(phase0, phase0_log, phase, PHASE_UNIT_DEG, "phase")
        + likelihood(shift0, shift0_log, shift, SHIFT_UNIT_PPM, "shift"),
        "phase": likelihood(p["phase"], p["phase_log"], phase, PHASE_UNIT_DEG, "phase"),
        "shift": likelihood(p["shift"], p["shift_log"], shift, FINE_SHIFT_UNIT_PPM, "shift"),
        "lorentzian": likelihood(p["lorentzian"], p["lorentzian_log"], truth.lorentzian_ppm[:, None], WIDTH_UNIT_PPM, "width"),
        "gaussian": likelihood(p["gaussian"], p["gaussian_log"], truth.gaussian_ppm[:, None], WIDTH_UNIT_PPM, "width"),
    }
    # What shifts by itself is told as a whole shift: common and own together.
    own = shift + truth.deviation_ppm
    present = (truth.amplitudes > 0).to(own.dtype)
    sd = sd_of(p["deviation_log"], DEVIATION_UNIT_PPM, "deviation")
    miss = (p["shift"].detach() + p["deviation"] - own) / sd
    each = functional.huber_loss(miss, torch.zeros_like(miss), delta=TAIL, reduction="none") + torch.log(sd / DEVIATION_UNIT_PPM)
    parts["deviation"] = (DEVIATION_WEIGHT * each * present).sum(1).mean()
    distance = background_in_frame(network, truth, p) - p["background"]
    tolerance = 0.3
    weighted = torch.sqrt(tolerance**2 + distance[:, 0] ** 2) + 0.25 * torch.sqrt(tolerance**2 + distance[:, 1] ** 2)
    parts["background"] = BACKGROUND_WEIGHT * weighted.mean()
    least = LEAST_ROUGHNESS * truth.noise_sd
    wanted = torch.log((truth.roughness + least)[:, None] / p["rms"])
    parts["roughness"] = ROUGHNESS_WEIGHT * functional.smooth_l1_loss(p["roughness_log"], wanted)
    return sum(parts.values()), {name: value.item() for name, value in parts.items()}
