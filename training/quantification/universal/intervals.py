"""SDs whose 95 % intervals hold the truth, from a solve's SDs by the noise and what its residual has beyond it:

    sd² = spread² · (factor² + misfit² · excess)

factor and misfit are those of each amount, by quantile regression of the misses: 95 % lie within 1.96 sd, in clean scans, where the
excess is none, as in those that the model does not quite explain.
"""

import numpy as np
import torch

from training.quantification.calibrate import COVERAGE_Z, rounded

COVERAGE = 0.95
STEPS, RATE, LAST_RATE = 500, 0.05, 0.01
TINY = 1e-12


def calibrate_intervals(miss, spread, excess, usable, names):
    """
    @param miss absolute; all four [N, K], usable boolean; names of the K amounts
    @returns {name: {"factor", "floor", "misfit"}}, as cards hold it
    """
    log_miss = torch.from_numpy(np.log(np.where(usable, miss / (COVERAGE_Z * np.where(usable, spread, 1)), 1) + TINY))
    excess, kept = torch.from_numpy(excess), torch.from_numpy(usable)
    logs = torch.zeros(2, len(names), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([logs], lr=RATE)
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = RATE if step < 2 * STEPS // 3 else LAST_RATE
        factor, misfit = torch.exp(2 * logs)
        above = log_miss - 0.5 * torch.log(factor + misfit * excess)
        loss = torch.maximum(COVERAGE * above, (COVERAGE - 1) * above)[kept].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    factors, misfits = torch.exp(logs.detach()).numpy()
    return {
        name: {"factor": rounded(factors[k]), "floor": 0.0, "misfit": rounded(misfits[k])} for k, name in enumerate(names)
    }


def interval_sd(spread, excess, calibration, names):
    """Spreads and excesses [N, K] → SDs [N, K]."""
    factor, misfit = (np.array([calibration[name][key] for name in names]) for key in ("factor", "misfit"))
    return spread * np.sqrt(factor**2 + misfit**2 * excess)
