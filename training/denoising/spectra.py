"""Clean canonical FIDs drawn from the project's own basis sets, and the published recombination of noisy transients."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, WATER_PPM, resample

BASIS_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "basis"


@dataclass(frozen=True)
class Basis:
    names: list[str]
    fids: np.ndarray  # [signals, points] complex64
    dwell_s: float
    frequency_mhz: float
    canonical: np.ndarray  # [512, used]


def load_basis(name: str) -> Basis:
    """Reads a shipped NIfTI-MRS basis set."""
    image = nibabel.load(BASIS_FOLDER / f"{name}.nii.gz")
    header = json.loads(image.header.extensions[0].get_content().rstrip(b"\0"))
    fids = np.asarray(image.dataobj)[0, 0, 0].T.astype(np.complex64)
    dwell_s = float(image.header["pixdim"][4])
    frequency = float(header["SpectrometerFrequency"][0])
    reference = float(header["LineshapeBasis"]["ReferencePpm"])
    names = header["dim_5_header"]["Metabolite"]["Value"]
    if reference != WATER_PPM:
        raise ValueError(f"Expected basis {name} with zero frequency at {WATER_PPM} ppm, found {reference}.")
    # Points beyond the canonical duration do not count.
    used = min(fids.shape[1], int(np.ceil(POINTS / (BANDWIDTH_PPM * frequency) / dwell_s)))
    matrix = resample(np.eye(used), dwell_s, frequency).T.astype(np.complex64)
    return Basis(names, fids[:, :used], dwell_s, frequency, matrix)


def _uniform(rng: np.random.Generator, bounds: list[float], size: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(bounds[0], bounds[1], size)


def _log_uniform(rng: np.random.Generator, bounds: list[float], size: tuple[int, ...]) -> np.ndarray:
    return np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]), size))


def _present(rng: np.random.Generator, rule: dict, cases: int) -> np.ndarray:
    return rng.random((cases, 1)) < rule["probability"]


def _lines(basis: Basis, times: np.ndarray, ppm: np.ndarray, amplitude: np.ndarray, phase: np.ndarray, width: np.ndarray,
           gaussian: bool) -> np.ndarray:  # fmt: skip
    """Sum of lines; all parameters [cases, lines]; FWHM in Hz. Returns [cases, points]."""
    hz = (WATER_PPM - ppm) * basis.frequency_mhz
    out = np.zeros((ppm.shape[0], times.size), np.complex64)
    for k in range(ppm.shape[1]):
        decay = (np.pi * width[:, k : k + 1] * times) ** 2 / (4 * np.log(2)) if gaussian else np.pi * width[:, k : k + 1] * times
        out += (amplitude[:, k : k + 1] * np.exp(1j * (phase[:, k : k + 1] + 2 * np.pi * hz[:, k : k + 1] * times) - decay)).astype(np.complex64)
    return out


def _disturbances(basis: Basis, times: np.ndarray, recipe: dict, rng: np.random.Generator, cases: int) -> np.ndarray:
    """Residual water, lipids and a rolling baseline, each in its share of the cases."""
    water, fat, rolling = recipe["residualWater"], recipe["lipids"], recipe["baseline"]
    share = rng.dirichlet([1.0, 1.0], cases)
    out = _lines(
        basis, times, WATER_PPM + _uniform(rng, water["shiftPpm"], (cases, 2)),
        _present(rng, water, cases) * _log_uniform(rng, water["amplitude"], (cases, 1)) * share,
        rng.uniform(-np.pi, np.pi, (cases, 2)), _uniform(rng, water["widthHz"], (cases, 2)), False,
    )  # fmt: skip
    out += _lines(
        basis, times, np.tile(np.array(fat["ppm"]), (cases, 1)) + rng.normal(0, 0.02, (cases, 2)),
        _present(rng, fat, cases) * _log_uniform(rng, fat["amplitude"], (cases, 2)),
        rng.uniform(-0.5, 0.5, (cases, 2)), _uniform(rng, fat["widthHz"], (cases, 2)), True,
    )  # fmt: skip
    lines = rolling["lines"]
    out += _lines(
        basis, times, _uniform(rng, rolling["ppm"], (cases, lines)),
        _present(rng, rolling, cases) * _log_uniform(rng, rolling["amplitude"], (cases, lines)),
        rng.uniform(-np.pi, np.pi, (cases, lines)), _uniform(rng, rolling["widthHz"], (cases, lines)), True,
    )  # fmt: skip
    return out


def _metabolites(basis: Basis, times: np.ndarray, recipe: dict, rng: np.random.Generator, cases: int, held_out: bool) -> np.ndarray:
    ranges = {**recipe["concentrations"], **(recipe["heldOut"] if held_out else {})}
    out = np.zeros((cases, times.size), np.complex64)
    for name, fid in zip(basis.names, basis.fids, strict=True):
        amount = _uniform(rng, ranges[name], (cases, 1)).astype(np.float32)
        shift = _uniform(rng, recipe["ownShiftPpm"], (cases, 1)) * basis.frequency_mhz
        out += amount * fid * np.exp((2j * np.pi * shift * times).astype(np.complex64))
    growth = (basis.frequency_mhz / 123.25) ** recipe["widthGrowsWithField"]
    lorentzian = growth * _uniform(rng, recipe["lorentzianHz"], (cases, 1))
    gaussian = growth * _uniform(rng, recipe["gaussianHz"], (cases, 1))
    decay = np.pi * lorentzian * times + (np.pi * gaussian * times) ** 2 / (4 * np.log(2))
    return out * np.exp(-decay).astype(np.float32)


@dataclass(frozen=True)
class CleanSet:
    fids: np.ndarray  # [cases, 512] complex64, canonical
    noise_sd: np.ndarray  # [cases], per channel of a canonical sample of a 24-average
    valid: np.ndarray  # [cases], canonical points that the acquisition covers


def _case_batch(basis: Basis, recipe: dict, rng: np.random.Generator, cases: int, held_out: bool) -> CleanSet:
    times = np.arange(basis.fids.shape[1]) * basis.dwell_s
    metabolites = _metabolites(basis, times, recipe, rng, cases, held_out)
    shift = _uniform(rng, recipe["commonShiftPpm"], (cases, 1)) * basis.frequency_mhz
    phase = rng.uniform(-np.pi, np.pi, (cases, 1))
    turn = np.exp(1j * (phase + 2 * np.pi * shift * times)).astype(np.complex64)
    whole = (metabolites + _disturbances(basis, times, recipe, rng, cases)) * turn
    short = recipe["durationFraction"]
    fraction = np.where(rng.random(cases) < short["probability"], _uniform(rng, short["range"], (cases,)), 1.0)
    kept = np.arange(times.size) < fraction[:, None] * times.size
    fids = (basis.canonical @ (whole * kept).T).T
    # Heights are those of the metabolites between 1.8 and 3.4 ppm, whatever stands beside them.
    spectrum = np.abs(np.fft.fft((basis.canonical @ (metabolites * turn).T).T, axis=1))
    ppm = REFERENCE_PPM - np.fft.fftfreq(POINTS, 1 / BANDWIDTH_PPM)
    peak = spectrum[:, (ppm > 1.8) & (ppm < 3.4)].max(1)
    covered = fraction * times.size * basis.dwell_s * BANDWIDTH_PPM * basis.frequency_mhz
    valid = np.minimum(POINTS, np.ceil(covered)).astype(int)
    noise = peak / (_log_uniform(rng, recipe["peakOverNoiseSd"], (cases,)) * np.sqrt(valid))
    return CleanSet(fids.astype(np.complex64), noise.astype(np.float32), valid)


def clean_set(recipe: dict, cases: int, seed: int, held_out: bool = False) -> CleanSet:
    """Clean FIDs with the noise level that goes with each; the basis sets take turns by their weights."""
    rng = np.random.default_rng(seed)
    names = list(recipe["bases"])
    weights = np.array([recipe["bases"][n] for n in names], float)
    counts = rng.multinomial(cases, weights / weights.sum())
    parts = []
    for name, count in zip(names, counts, strict=True):
        basis = load_basis(name)
        for start in range(0, count, 64):
            parts.append(_case_batch(basis, recipe, rng, min(64, count - start), held_out))
    order = rng.permutation(cases)
    return CleanSet(*(np.concatenate([getattr(p, field) for p in parts])[order] for field in ("fids", "noise_sd", "valid")))


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return (rng.standard_normal(shape, np.float32) + 1j * rng.standard_normal(shape, np.float32)).astype(np.complex64)


def recombine(clean: CleanSet, chosen: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Means of 24 and of 124 of the same 128 transients, drawn anew each time: the two share what noise they share there.

    Returns noisy and label, [cases, 512] complex64.
    """
    fids = clean.fids[chosen]
    shared = 24 - rng.hypergeometric(4, 124, 24, len(chosen))[:, None]
    covered = np.arange(POINTS) < clean.valid[chosen][:, None]
    single = clean.noise_sd[chosen][:, None] * np.sqrt(24) * covered
    common = np.sqrt(shared) * _noise(rng, fids.shape)
    noisy = fids + single / 24 * (common + np.sqrt(24 - shared) * _noise(rng, fids.shape))
    label = fids + single / 124 * (common + np.sqrt(124 - shared) * _noise(rng, fids.shape))
    return noisy.astype(np.complex64), label.astype(np.complex64)


def normalise(noisy: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divides both by the largest magnitude of the noisy FID and by the phase of the sum of its first 8 points.

    Returns [cases, 2, 512] float32 each.
    """
    unit = np.exp(1j * np.angle(noisy[:, :8].sum(1, keepdims=True))) * np.abs(noisy).max(1, keepdims=True)
    both = [x / unit for x in (noisy, label)]
    return tuple(np.stack([x.real, x.imag], 1).astype(np.float32) for x in both)
