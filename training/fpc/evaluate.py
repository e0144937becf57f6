"""Accuracy on simulated transients that no training has seen, with the Cramér–Rao bound beside it."""

import math

import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS
from training.fpc.networks import TRAINED_SHIFT_PPM
from training.fpc.presets import load_preset
from training.fpc.simulate import Simulator

# A miss beyond either is a failure.
FAILURE_HZ, FAILURE_DEG = 3.0, 20.0
TEST_COUNT = 6000
# The preset's own test streams were looked at while the losses were being chosen; cards are written from streams that never were.
UNSEEN = 900000
TEST_PRESETS = ("fpc-published-clean", "fpc-published-nuisance", "fpc-wide", "fpc-clinical-3t", "fpc-training-wide")


def bounds(transients):
    """Least SD of shift [Hz] and phase [deg] of unbiased estimates where everything but amplitude, shift and phase is known."""
    weight = (transients.target.abs() ** 2).double() / transients.noise_sd[:, None].double() ** 2
    times = torch.arange(POINTS, device=weight.device) / (BANDWIDTH_PPM * transients.frequency_mhz.double()[:, None])
    zeroth, first, second = (((times**k) * weight).sum(1) for k in range(3))
    determinant = zeroth * second - first**2
    return torch.sqrt(zeroth / determinant) / (2 * math.pi), torch.rad2deg(torch.sqrt(second / determinant))


def spread(errors, unit, digits):
    middle = errors.median()
    return {
        f"precision{unit}": round(errors.std().item(), digits),
        f"bias{unit}": round(errors.mean().item(), digits),
        f"robustPrecision{unit}": round(1.4826 * (errors - middle).abs().median().item(), digits),
    }


def misses(network, transients):
    """Estimate minus truth: shifts [Hz], phases [deg] within ±180."""
    with torch.no_grad():
        out = network(transients.inputs())
    hz = (out[:, 0] - transients.shift_ppm) * transients.frequency_mhz
    degrees = torch.rad2deg(torch.atan2(out[:, 2], out[:, 1]) - transients.phase_rad)
    return hz, torch.remainder(degrees + 180, 360) - 180


def evaluate_preset(network, preset_id, device, count=TEST_COUNT):
    """@returns figures of one preset's test stream"""
    preset = load_preset(preset_id)
    shift_ppm = TRAINED_SHIFT_PPM if preset_id == "fpc-training-wide" else None
    simulator = Simulator(preset, device, shift_ppm)
    generator = torch.Generator(device).manual_seed(preset["seeds"]["test"] + UNSEEN)
    hz, degrees, least_hz, least_degrees = [], [], [], []
    for _ in range(0, count, 500):
        transients = simulator.draw(500, generator)
        for store, values in zip((hz, degrees, least_hz, least_degrees), (*misses(network, transients), *bounds(transients))):
            store.append(values)
    hz, degrees = torch.cat(hz), torch.cat(degrees)
    failed = (hz.abs() > FAILURE_HZ) | (degrees.abs() > FAILURE_DEG)
    return {
        **spread(hz, "Hz", 3),
        **spread(degrees, "Deg", 2),
        "failureRate": round(failed.float().mean().item(), 4),
        "boundHz": round(torch.cat(least_hz).square().mean().sqrt().item(), 3),
        "boundDeg": round(torch.cat(least_degrees).square().mean().sqrt().item(), 2),
        "transients": count,
    }


def evaluate(network, device="cpu"):
    """@returns figures by preset"""
    network.eval()
    return {preset_id: evaluate_preset(network, preset_id, device) for preset_id in TEST_PRESETS}
