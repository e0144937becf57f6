"""Figures of the card: misses of parameters and amounts for every kind of scan, trained and held out, beside the solve at the truth."""

from dataclasses import replace

import numpy as np
import torch

from training.quantification.universal.simulate import UniversalSimulator, load_rules
from training.quantification.universal.solve import SUMS, Lineshape, solve, with_sums

SPECTRA = 200
TOLD = ("tNAA", "tCr", "tCho", "Glx", "Ins")
BRAIN_SNR = [{"weight": 1, "range": [10, 100]}]
TUMOUR_AMOUNTS = {"NAA": [0.4, 1.6], "NAAG": [0.1, 0.4], "Cr": [0.3, 1.8], "PCr": [0.2, 1.2], "GPC": [2.5, 6], "PCho": [2.5, 6]}

# Basis set, its frequency, whether training held it back.
GROUPS = {
    "1.5t-press-te30": ("lineshape-1.5t-press-te30-63mhz", 63.75, False),
    "1.5t-press-te135": ("lineshape-1.5t-press-te135-63mhz", 63.75, False),
    "3t-press-te30": ("lineshape-3t-press-te30-123mhz", 123.25, False),
    "3t-press-te35": ("lineshape-3t-press-te35-127mhz", 127.75, False),
    "3t-slaser-te28": ("lineshape-3t-slaser-te28-123mhz", 123.25, False),
    "3t-press-te144": ("lineshape-3t-press-te144-127mhz", 127.75, False),
    "3t-press-te288": ("lineshape-3t-press-te288-123mhz", 123.25, False),
    "7t-slaser-te34": ("lineshape-7t-slaser-te34-297mhz", 297.8, False),
    "3t-slaser-te35-heldOut": ("lineshape-3t-slaser-te35-127mhz", 127.75, True),
    "7t-steam-te11-heldOut": ("lineshape-7t-steam-te11-297mhz", 297.8, True),
}


def realistic(rules, **replaced):
    """Scans that are worth quantifying: no metabolite far from its place, macromolecules near their pattern, mild baselines, no
    lipid from outside the voxel."""
    return {
        **rules,
        "deviations": rules["deviations"][:2],
        "lineshapes": [{"weight": 1, "lorentzianPpm": [0.002, 0.035], "gaussianPpm": [0, 0.045]}],
        "macromolecules": {**rules["macromolecules"], "heightSpread": [0, 0.12], "widthSpread": [0, 0.12]},
        "smoothBaseline": {**rules["smoothBaseline"], "height": [0.002, 0.04]},
        "nuisances": [n for n in rules["nuisances"] if n["name"] != "lipid"],
        "snr": [{"weight": 1, "range": [5, 150]}],
        **replaced,
    }


def clean(rules, **replaced):
    """As simulated sets have them: usual macromolecules, no baseline, no eddy currents, no own shifts."""
    none = {"heightSpread": [0, 0], "widthSpread": [0, 0], "shiftSdPpm": 0}
    return realistic(
        rules,
        deviations=rules["deviations"][:1],
        macromolecules={**rules["macromolecules"], **none},
        smoothBaseline={**rules["smoothBaseline"], "probability": 0},
        nuisances=[],
        eddyCurrents={**rules["eddyCurrents"], "probability": 0},
        phase1SdDegPerPpm=0,
        **replaced,
    )


def profile(rules, name, amounts=None):
    """One profile alone, some of its amounts replaced."""
    found = next(p for p in rules["profiles"] if p["name"] == name)
    return [{**found, "weight": 1, "concentrations": {**found["concentrations"], **(amounts or {})}}]


def group_simulator(basis_id, frequency_mhz, kind):
    """kind: "brain" (SNR 10 to 100) or "tumour" (SNR 80, amounts of Chen 2024, Table III)."""
    rules = load_rules()
    if kind == "brain":
        changes = {"profiles": profile(rules, "brain"), "snr": BRAIN_SNR}
    else:
        changes = {"profiles": profile(rules, "tumour-like", TUMOUR_AMOUNTS), "snr": [{"weight": 1, "range": [80, 80.01]}]}
    entry = {"ids": [basis_id], "weight": 1, "spectrometerFrequencyMHz": [frequency_mhz, frequency_mhz + 0.01]}
    return UniversalSimulator(rules=realistic(rules, **changes), bases=[entry])


def parameter_misses(lineshape, spectra):
    """Medians of the absolute misses."""
    f = spectra.frequency_mhz
    misses = {
        "phaseDeg": lineshape.phase_deg - spectra.phase_deg,
        "shiftHz": (lineshape.common_ppm - spectra.shift_ppm) * f,
        "lorentzianHz": (lineshape.lorentzian_ppm - spectra.lorentzian_ppm) * f,
        "gaussianHz": (lineshape.gaussian_ppm - spectra.gaussian_ppm) * f,
    }
    return {name: round(float(miss.abs().median()), 3) for name, miss in misses.items()}


def amount_misses(solution, spectra):
    """Mean absolute relative misses in percent."""
    names = [*spectra.names, *SUMS]
    estimate, truth = (with_sums(v, spectra.names) for v in (solution.amplitudes, spectra.amplitudes.numpy()))
    return {
        name: round(float(100 * np.mean(np.abs(estimate[:, k] - truth[:, k]) / truth[:, k])), 1)
        for name, k in ((name, names.index(name)) for name in TOLD)
    }


def figures_of(network, spectra):
    """One group's."""
    lineshape = Lineshape.predicted(network, spectra)
    true = replace(Lineshape.true(spectra), roughness=lineshape.roughness)
    return {
        "medianMiss": parameter_misses(lineshape, spectra),
        "mapePercent": amount_misses(solve(lineshape, spectra), spectra),
        "mapePercentAtTrueLineshape": amount_misses(solve(true, spectra, step=False), spectra),
    }


def draw_group(simulator, seed, count=SPECTRA):
    return simulator.draw(count, torch.Generator().manual_seed(seed))


def evaluate(network, seed):
    """@returns figures by group"""
    found = {}
    for name, (basis_id, frequency, held_out) in GROUPS.items():
        brain = draw_group(group_simulator(basis_id, frequency, "brain"), seed)
        found[name] = {"heldOut": held_out, **figures_of(network, brain)}
    for name in ("3t-press-te30", "3t-slaser-te35-heldOut"):
        basis_id, frequency, held_out = GROUPS[name]
        tumour = draw_group(group_simulator(basis_id, frequency, "tumour"), seed + 1)
        found[f"tumour-like {name}"] = {"heldOut": held_out, **figures_of(network, tumour)}
    return found
