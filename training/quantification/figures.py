"""Figures of merit of estimated amplitudes, and the program's own test sets."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import torch

from training.fpc.presets import REPOSITORY
from training.quantification.basis import CHALLENGE
from training.quantification.canonical import band_spectrum, band_spectrum_of_scan, spectrum_noise_sd
from training.quantification.simulate import SetSimulator

SHARE_OF_TRUTH = 100.0


def with_sums(values, sums):
    """[N, M] and the matrix [M, S] → [N, M + S]"""
    return np.concatenate([values, values @ np.asarray(sums)], axis=1)


def smape(truth, estimate):
    """Mean of |error| / (truth + estimate) in %, as Hatami 2018 and Chen 2024 have it; a negative estimate counts as 0."""
    estimate = np.maximum(estimate, 0)
    return SHARE_OF_TRUTH * np.mean(np.abs(estimate - truth) / np.maximum(truth + estimate, 1e-12), axis=0)


def mape(truth, estimate):
    """Mean of |error| / truth in %."""
    return SHARE_OF_TRUTH * np.mean(np.abs(estimate - truth) / np.maximum(truth, 1e-12), axis=0)


def r_squared(truth, estimate):
    """1 - squared error over the truth's own variance."""
    return 1 - np.mean((estimate - truth) ** 2, axis=0) / np.var(truth, axis=0)


def rounded_row(names, values, digits=2):
    """{name: rounded value}"""
    return {name: round(float(value), digits) for name, value in zip(names, values, strict=True)}


@dataclass
class TestSet:
    """Band spectra [N, 512], their noise SD per real channel [N], and the truth [N, M] in basis units."""

    spectra: torch.Tensor
    noise_sd: torch.Tensor
    amplitudes: np.ndarray

    @staticmethod
    def of_cases(cases, frequency_mhz):
        """Of cases drawn here."""
        spectra = band_spectrum(cases.fid, frequency_mhz)
        return TestSet(spectra, spectrum_noise_sd(cases.noise_sd, frequency_mhz), cases.amplitudes.numpy().astype(float))


def test_set(basis, names, preset, count, seed, snr=None):
    """
    What `lineshape simulate` writes (dist must be built), read back → TestSet; of the challenge's basis, whose files the program
    takes as they are, cases drawn here.
    """
    if basis.id == CHALLENGE:
        simulator = SetSimulator(basis, preset, **({} if snr is None else {"snr": (snr, snr)}))
        return TestSet.of_cases(simulator.draw(count, torch.Generator().manual_seed(seed)), basis.frequency_mhz)
    options = [] if snr is None else ["--snr", str(snr)]
    with tempfile.TemporaryDirectory() as folder:
        command = ["node", "bin/lineshape.mjs", "simulate", "--preset", preset, "--n", str(count), "--seed", str(seed)]
        command += ["--threads", "1", "--basis", basis.id, *options, "-o", folder]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
        data = np.asanyarray(nibabel.load(Path(folder) / "spectra.nii.gz").dataobj).reshape(-1, count).T
        header, *rows = (Path(folder) / "truth.csv").read_text().split()
    table = np.array([[float(cell) for cell in row.split(",")] for row in rows])
    columns = header.split(",")
    duration_s = 512 / (8 * basis.frequency_mhz)
    used = min(data.shape[1], int(np.ceil(duration_s / basis.dwell_s - 1e-9)))
    noise_sd = table[:, columns.index("noiseSd")] * basis.dwell_s * np.sqrt(used - 0.75)
    spectra = band_spectrum_of_scan(data, basis.dwell_s, basis.frequency_mhz)
    return TestSet(
        torch.from_numpy(spectra).to(torch.complex64),
        torch.from_numpy(noise_sd).float(),
        table[:, [columns.index(name) for name in names]],
    )
