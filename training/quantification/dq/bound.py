"""
What any estimator can reach on preset dq: the Cramér–Rao bound of the amplitudes, beside one shift, width, phase and the
macromolecules' amount, as R² over the preset's ranges; and the same with those ranges as prior (variance of a uniform draw).

    python -m training.quantification.dq.bound [BASIS]
"""

import json
import math
import sys

import torch

from training.fpc.canonical import BANDWIDTH_PPM
from training.quantification.basis import load_quantification_basis
from training.quantification.canonical import band_spectrum, spectrum_noise_sd
from training.quantification.simulate import SetSimulator

CASES = 500


def derivatives(simulator, cases):
    """Of the real band spectra, by amplitudes, macromolecules, shift [Hz], width [Hz], phase [rad]: [B, M + 4, 512]"""
    times = simulator.sample / (BANDWIDTH_PPM * simulator.frequency_mhz)
    decay = simulator._decay(cases.lorentzian_hz[:, 0], cases.gaussian_hz)
    turn = simulator._turn(-cases.shift_ppm[:, 0] * simulator.frequency_mhz, cases.phase_rad)
    rows = torch.cat([simulator.signals, simulator.mm_signal[None]]) * simulator.kept
    own = rows * (decay * turn)[:, None]
    clean = cases.clean_fid[:, None]
    signals = torch.cat([own, clean * (2j * math.pi * times), clean * (-math.pi * times), clean * 1j], 1)
    return band_spectrum(signals, simulator.frequency_mhz).real.double()


def variances(simulator, cases, with_prior):
    """Bound of the amplitudes' variances [B, M]."""
    jacobian = derivatives(simulator, cases) / spectrum_noise_sd(cases.noise_sd, simulator.frequency_mhz)[:, None, None]
    fisher = jacobian @ jacobian.transpose(1, 2)
    if with_prior:
        fisher = fisher + torch.diag(1 / prior_variances(simulator)).double()
    scale = fisher.diagonal(dim1=1, dim2=2).rsqrt()
    inverse = torch.linalg.inv(fisher * scale[:, :, None] * scale[:, None])
    return (inverse.diagonal(dim1=1, dim2=2) * scale**2)[:, : len(simulator.names)]


def prior_variances(simulator):
    """Of uniform draws: amplitudes, macromolecules, shift [Hz], width [Hz], phase [rad]."""
    preset = simulator.preset
    ranges = [preset["concentrations"][key] for _, key in simulator.members]
    units = simulator.units_per_amount
    low, high = preset["macromolecules"]["range"]
    nuisances = [preset["shift"]["range"], [v / math.pi for v in preset["lorentzian"]["range"]]]
    nuisances.append([math.radians(v) for v in preset["phaseDeg"]])
    return torch.tensor([(high - low) ** 2 / 12 for low, high in [*ranges, [low * units, high * units], *nuisances]])


def bound_figures(basis):
    """@returns {"withoutPrior", "withPrior"}: R² by metabolite"""
    simulator = SetSimulator(basis, "dq")
    cases = simulator.draw(CASES, torch.Generator().manual_seed(simulator.preset["seeds"]["validation"]))
    prior = prior_variances(simulator)[: len(simulator.names)]
    rows = {}
    for key, with_prior in (("withoutPrior", False), ("withPrior", True)):
        r_squared = 1 - variances(simulator, cases, with_prior).mean(0) / prior
        rows[key] = {name: round(float(v), 3) for name, v in zip(simulator.names, r_squared, strict=True)}
    return rows


if __name__ == "__main__":
    print(json.dumps(bound_figures(load_quantification_basis((sys.argv[1:] or ["lineshape-3t-press-te30-123mhz"])[0])), indent=1))
