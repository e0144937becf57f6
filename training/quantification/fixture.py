"""Writes the fixture that holds canonical.py and its TypeScript twin together: `python -m training.quantification.fixture`."""

import json

import numpy as np

from training.fpc.fixture import simulated
from training.fpc.presets import REPOSITORY
from training.quantification.canonical import band_spectrum_of_scan

PATH = REPOSITORY / "tests/fixtures/quantificationBandSpectrum.json"
# Frequency [MHz], dwell time [s], points: longer and shorter than the transform takes, and another vendor's frequency.
SCANS = [(123.25, 1 / 4000, 2048), (127.75, 1 / 2000, 1024), (123.25, 1 / 2500, 700)]


def main():
    generator = np.random.default_rng(9)
    cases = []
    for frequency_mhz, dwell_s, points in SCANS:
        signal = simulated(frequency_mhz, dwell_s, points, generator)
        spectrum = band_spectrum_of_scan(signal, dwell_s, frequency_mhz)
        cases.append(
            {
                "spectrometerFrequencyMHz": frequency_mhz,
                "dwellTimeS": dwell_s,
                "re": signal.real.tolist(),
                "im": signal.imag.tolist(),
                "expectedRe": [float(f"{v:.9e}") for v in spectrum.real],
                "expectedIm": [float(f"{v:.9e}") for v in spectrum.imag],
            }
        )
    PATH.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
