"""What makes a network's word good: spreads that cover, a whitened latent, limits of what is normal."""

import numpy as np
import torch

COVERAGE_Z = 1.96
BINS = 10
LATENT_SIZE = 16
# Against the largest: what varies less would be blown up together with rounding errors.
SMALLEST_VARIANCE = 1e-3
# 6 digits are more than any of these numbers are known to.
DIGITS = 6


def calibrate_spreads(truth, estimate, spread, names):
    """
    From a network's own spread (or the bound of its solve) to an SD that keeps its word: sqrt((factor * spread)^2 + floor^2),
    so that estimate +- 1.96 SD holds the truth in 95 % of the cases, and in groups of like spread as nearly so as two numbers
    allow. All three are arrays [N, K] on the input's scale; K = names (metabolites, then sums).
    @returns {name: {"factor", "floor"}}, as cards hold it
    """
    error = np.abs(np.asarray(estimate, float) - np.asarray(truth, float))
    spread = np.asarray(spread, float)
    return {name: _calibrated(error[:, k], spread[:, k]) for k, name in enumerate(names)}


def _calibrated(error, spread):
    order = np.argsort(spread)
    groups = [rows for rows in np.array_split(order, BINS) if rows.size > 0]
    wanted = np.array([np.quantile(error[rows], 0.95) / COVERAGE_Z for rows in groups]) ** 2
    given = np.array([np.mean(spread[rows] ** 2) for rows in groups])
    # Relative least squares in the variances, neither part negative.
    design = np.stack([given, np.ones_like(given)], axis=1) / np.maximum(wanted, 1e-30)[:, None]
    parts = _non_negative(design, np.ones_like(given))
    sd = np.sqrt(parts[0] * spread**2 + parts[1])
    last = np.quantile(error / np.maximum(sd, 1e-30), 0.95) / COVERAGE_Z
    return {"factor": rounded(np.sqrt(parts[0]) * last), "floor": rounded(np.sqrt(parts[1]) * last)}


def _non_negative(design, wanted):
    both = np.linalg.lstsq(design, wanted, rcond=None)[0]
    if (both >= 0).all():
        return both
    alone = [np.dot(column, wanted) / np.dot(column, column) if column.any() else 0.0 for column in design.T]
    misses = [np.sum((design[:, k] * alone[k] - wanted) ** 2) for k in range(2)]
    best = int(np.argmin(misses))
    return np.array([alone[0], 0.0]) if best == 0 else np.array([0.0, alone[1]])


def rounded(value):
    return float(f"{value:.{DIGITS}g}")


def calibrated_sd(spread, calibration, names):
    """Spreads [N, K] → SDs [N, K]."""
    factor = np.array([calibration[name]["factor"] for name in names])
    floor = np.array([calibration[name]["floor"] for name in names])
    return np.sqrt((factor * spread) ** 2 + floor**2)


def coverage(truth, estimate, sd, names):
    """@returns {name: share of the cases whose truth lies within +- 1.96 SD}"""
    inside = np.abs(estimate - truth) <= COVERAGE_Z * sd
    return {name: round(float(inside[:, k].mean()), 4) for k, name in enumerate(names)}


def whiten_latent(features, size=LATENT_SIZE):
    """
    Principal components of a network's features [N, F] on training data, each of unit variance.
    @returns torch.nn.Linear F → min(size, rank): put it behind the features; the length of its output is the distance
    """
    features = np.asarray(features, np.float64)
    mean = features.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((features - mean).T))
    order = np.argsort(values)[::-1][:size]
    order = order[values[order] > values.max() * SMALLEST_VARIANCE]
    weight = (vectors[:, order] / np.sqrt(values[order])).T
    layer = torch.nn.Linear(features.shape[1], len(order))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(-weight @ mean))
    return layer.requires_grad_(False)


def percentile_limits(latent=None, residual_ratio=None):
    """99th percentiles: of the latent's length (latents [N, K]), of residual SD over noise SD [N]; None where there is none."""
    length = None if latent is None else np.linalg.norm(np.asarray(latent), axis=1)
    return {
        "latentLimit": None if length is None else rounded(np.quantile(length, 0.99)),
        "residualLimit": None if residual_ratio is None else rounded(np.quantile(np.asarray(residual_ratio), 0.99)),
    }
