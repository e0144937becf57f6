"""Writes tests/fixtures/quantificationUniversalSolve.json, which holds the solve and its TypeScript twin together.

    python -m training.quantification.universal.fixture

Two spectra, one of short and one of long echo time, with a lineshape that is off as a network's is, and what the solve makes of them.
"""

import json

import torch

from training.fpc.presets import REPOSITORY
from training.quantification.universal.evaluate import GROUPS, group_simulator
from training.quantification.universal.solve import OWN_SHIFTS, Lineshape, solve

PATH = REPOSITORY / "tests/fixtures/quantificationUniversalSolve.json"
SEED = 7
# What the lineshape misses [deg, ppm, Hz, Hz, ppm] and the SDs it is given; the last is each own shift's.
MISS, SPREAD = (2.0, 0.001, 0.6, -0.5, 0.002), (3.0, 0.002, 1.0, 1.0, 0.004)
ROUGHNESS = 0.3


def rounded(values, digits=6):
    return [float(f"{v:.{digits}g}") for v in values]


def case(group):
    """One spectrum, as long as the canonical signal, with its lineshape and amplitudes."""
    basis_id, frequency, _ = GROUPS[group]
    simulator = group_simulator(basis_id, frequency, "brain")
    simulator.rules["sampling"] = {"dwellTimeS": [0.00025, 0.000250001], "points": [4096]}
    spectra = simulator.draw(6, torch.Generator().manual_seed(SEED))
    spectra.spectrum = torch.complex(*(torch.tensor(rounded(part.flatten().tolist())).view_as(part) for part in (spectra.spectrum.real, spectra.spectrum.imag)))
    lineshape = Lineshape.true(spectra)
    f = spectra.frequency_mhz
    lineshape.phase_deg = lineshape.phase_deg + MISS[0]
    lineshape.common_ppm = lineshape.common_ppm + MISS[1]
    lineshape.lorentzian_ppm = (lineshape.lorentzian_ppm + MISS[2] / f).clamp(min=0)
    lineshape.gaussian_ppm = (lineshape.gaussian_ppm + MISS[3] / f).clamp(min=0)
    lineshape.deviation_ppm = lineshape.deviation_ppm + MISS[4]
    sds = [SPREAD[0], SPREAD[1], SPREAD[2] / frequency, SPREAD[3] / frequency, *[SPREAD[4]] * len(OWN_SHIFTS)]
    lineshape.prior = torch.tensor(sds).expand(6, -1)
    lineshape.roughness = ROUGHNESS * spectra.noise_sd
    found = solve(lineshape, spectra)
    return {
        "basis": basis_id,
        "spectrometerFrequencyMHz": float(f[0]),
        "re": rounded(spectra.spectrum[0].real.tolist()),
        "im": rounded(spectra.spectrum[0].imag.tolist()),
        "noiseSd": float(spectra.noise_sd[0]),
        "phaseDeg": float(lineshape.phase_deg[0]),
        "shiftPpm": float(lineshape.common_ppm[0]),
        "lorentzianHz": float(lineshape.lorentzian_ppm[0] * f[0]),
        "gaussianHz": float(lineshape.gaussian_ppm[0] * f[0]),
        "ownShiftPpm": dict(zip(spectra.names, rounded(lineshape.deviation_ppm[0].tolist()), strict=True)),
        "spread": list(SPREAD),
        "baselineRoughness": float(lineshape.roughness[0]),
        # The band's FFT is not divided by 8 ppm · f0 here, so that amplitudes are by that much smaller.
        "amplitudes": dict(zip(spectra.names, rounded(found.amplitudes[0] * 8 * float(f[0])), strict=True)),
        "spreads": dict(zip(spectra.names, rounded(found.spread[0][: len(spectra.names)] * 8 * float(f[0])), strict=True)),
        "excess": dict(zip(spectra.names, rounded(found.excess[0][: len(spectra.names)]), strict=True)),
        "residualOverNoise": float(found.residual[0]),
        "steps": 1 + int(found.again[0]),
    }


def main():
    PATH.write_text(json.dumps({"cases": [case("3t-press-te30"), case("3t-press-te144")]}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
