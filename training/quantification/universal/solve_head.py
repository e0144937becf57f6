"""What the network tells the solve, fitted to the solve's own misses once the rest is trained, its features frozen: how rough a
baseline serves the amounts best."""

import numpy as np
import torch

from training.quantification.universal.evaluate import clean, realistic
from training.quantification.universal.simulate import UniversalSimulator, draw_set, joined
from training.quantification.universal.solve import SUMS, Lineshape, solve, with_sums

# Few of "all": what is strange there should cost little where nothing is strange.
SPECTRA = {"clean": 2000, "realistic": 1200, "all": 400}
# Roughnesses over the noise that are tried.
LEVELS = (0.02, 0.06, 0.2, 0.6, 2.0, 6.0)
# Amounts whose misses count.
COUNTED = ("tNAA", "tCr", "tCho", "Glx", "Ins", "GSH", "Lac")
STEPS, RATE, DECAY = 400, 0.02, 3e-3
TINY, LARGEST_MISS = 1e-12, 1e3


def kinds_of(rules):
    """Rules of clean and realistic scans of brains and tumours, and of all that was trained."""
    profiles = [p for p in rules["profiles"] if p["name"] != "anything"]
    return {"clean": clean(rules, profiles=profiles), "realistic": realistic(rules, profiles=profiles), "all": rules}


def mixed(rules, counts, seed):
    """Spectra of several kinds, as many as counts says of each."""
    kinds = kinds_of(rules)
    return joined([draw_set(UniversalSimulator(rules=kinds[kind]), count, seed + k) for k, (kind, count) in enumerate(counts.items())])


def fit_head(network, simulator):
    """Sets the network's solve_weight and solve_bias."""
    spectra = mixed(simulator.rules, SPECTRA, simulator.rules["seeds"]["heads"])
    with torch.no_grad():
        hidden = network.passes(*spectra.inputs())["hidden"]
    mean, sd = hidden.mean(0), hidden.std(0).clamp(min=1e-3)
    features = (hidden - mean) / sd
    weight, bias = fitted(features, roughness_loss(network, spectra))
    network.solve_weight[:, 0] = weight / sd
    network.solve_bias[0] = bias - mean @ (weight / sd)


def fitted(features, loss):
    """Weights and bias of one linear output that make a loss small."""
    weight = torch.zeros(features.shape[1], requires_grad=True)
    bias = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([weight, bias], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (loss(features @ weight + bias) + DECAY * weight.square().sum()).backward()
        optimizer.step()
    return weight.detach(), bias.detach()


def misses_of(solution, spectra):
    """Absolute, of amounts and sums, [B, M + sums]."""
    estimate, truth = (with_sums(v, spectra.names) for v in (solution.amplitudes, spectra.amplitudes.numpy()))
    return np.abs(estimate - truth)


def roughness_loss(network, spectra):
    """Mean logarithm of the amounts' misses, linear between the levels."""
    counted = [[*spectra.names, *SUMS].index(name) for name in COUNTED]
    lineshape = Lineshape.predicted(network, spectra)
    misses, unit = [], None
    for level in LEVELS:
        lineshape.roughness = level * spectra.noise_sd
        solution = solve(lineshape, spectra)
        miss, spread = misses_of(solution, spectra), solution.spread * np.maximum(solution.residual, 1)[:, None]
        # Over the stiffest baseline's spreads, so that every amount counts.
        unit = spread[:, counted] if unit is None else unit
        misses.append(np.log(np.minimum(miss[:, counted] / (unit + TINY), LARGEST_MISS).mean(1) + TINY))
    table, levels = torch.from_numpy(np.array(misses)).float(), torch.log(torch.tensor(LEVELS))

    def loss(log_roughness):
        bounded = log_roughness.clamp(levels[0].item(), levels[-1].item() - 1e-4)
        below = torch.searchsorted(levels, bounded.detach().contiguous(), right=True) - 1
        part = (bounded - levels[below]) / (levels[below + 1] - levels[below])
        row = torch.arange(len(part))
        outside = (log_roughness - bounded).square().mean()
        return ((1 - part) * table[below, row] + part * table[below + 1, row]).mean() + outside

    return loss
