"""Writes the fixture that holds canonical.py and its TypeScript twin together: `python -m training.fpc.fixture`."""

import json

import numpy as np

from training.fpc.canonical import canonical_input
from training.fpc.presets import REPOSITORY

PATH = REPOSITORY / "tests/fixtures/fpcCanonicalInput.json"
# Frequency [MHz], dwell time [s], points: longer and shorter than the canonical signal, wide and narrow band.
SCANS = [(63.75, 1 / 1000, 300), (123.25, 1 / 4000, 400), (297.8, 1 / 2000, 500), (400.3, 1 / 4400, 600)]
LINES_PPM = (2.01, 3.027, 3.2, 3.93, 4.65)


def simulated(frequency_mhz, dwell_s, points, generator):
    """Damped lines of any phase with noise."""
    times = np.arange(points) * dwell_s
    signal = np.zeros(points, dtype=complex)
    for ppm in LINES_PPM:
        rate = 2j * np.pi * (4.65 - ppm) * frequency_mhz - np.pi * 0.05 * frequency_mhz
        signal += generator.uniform(0.3, 1) * np.exp(1j * generator.uniform(-np.pi, np.pi) + rate * times)
    noise = generator.standard_normal(points) + 1j * generator.standard_normal(points)
    return np.round(signal + 0.02 * noise, 4)


def main():
    generator = np.random.default_rng(8)
    cases = []
    for frequency_mhz, dwell_s, points in SCANS:
        signal = simulated(frequency_mhz, dwell_s, points, generator)
        expected = canonical_input(signal, dwell_s, frequency_mhz)[0]
        cases.append(
            {
                "spectrometerFrequencyMHz": frequency_mhz,
                "dwellTimeS": dwell_s,
                "re": signal.real.tolist(),
                "im": signal.imag.tolist(),
                "expected": [round(float(v), 7) for v in expected.ravel()],
            }
        )
    PATH.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
