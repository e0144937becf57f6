"""The data sets DSS2 to DSS7 of the scattering network's paper: 15 metabolites at 9.4 T, PRESS TE 20 ms.

Shamaei A, Starcukova J, Starcuk Z, BIOSIGNALS 2021:268, doi:10.5220/0010318502680275 (section 2.3, Table 1). What the paper
leaves open: the basis signals' own width (6 Hz here), the macromolecules' lines (the program's 17 of Chen 2023 here, where it
has 11 of a rat) and their amount (their line at 0.90 ppm as one CH3 group of amount 1 here). Its SNR is the power of the signal
over that of the noise in dB, as MATLAB's snr() gives it, taken over the 2048 points that it simulates; the first 1024 are
looked at.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import torch

from training.fpc.canonical import WATER_PPM
from training.quantification.canonical import BIN_PPM, PPM
from training.quantification.time_frequency import FIRST_FREQUENCY_BIN, SCATTERING_POINTS

AMPLITUDE = (0.5, 1.0)
SHIFT_HZ = (-10.0, 10.0)
GROWTH_PER_S = (-5.0, 2.5)
PHASE_RAD = (-math.pi / 8, math.pi / 8)
SNR_DB = (5.0, 15.0)
MACROMOLECULE_SPREAD = 0.1
ZERO_PPM = float(PPM[0]) + FIRST_FREQUENCY_BIN * BIN_PPM


@dataclass(frozen=True)
class DataSet:
    """What varies in a data set."""

    phase: str = "none"  # none, common, separate
    noise: bool = False
    macromolecules: str = "none"  # none, constant, varied


DATA_SETS = {
    "DSS2": DataSet(),
    "DSS3": DataSet(phase="common"),
    "DSS4": DataSet(phase="separate"),
    "DSS5": DataSet(phase="common", noise=True),
    "DSS6": DataSet(phase="common", noise=True, macromolecules="constant"),
    "DSS7": DataSet(phase="common", noise=True, macromolecules="varied"),
}


class NineTeslaSignals:
    """Draws signals of a data set from a basis that `lineshape basis simulate` wrote."""

    def __init__(self, nifti):
        """nifti: path of the basis set's .nii.gz"""
        image = nibabel.load(nifti)
        header = json.loads(image.header.extensions[0].get_content())
        card = json.loads(Path(str(nifti).replace(".nii.gz", ".json")).read_text())
        names = header["dim_5_header"]["Metabolite"]["Value"]
        fids = np.asanyarray(image.dataobj).reshape(image.shape[3:]).T.astype(np.complex64)
        times = np.arange(fids.shape[1]) * float(image.header["pixdim"][4])
        # Zero frequency where the networks have it, just beyond the metabolites.
        turn_hz = (WATER_PPM - ZERO_PPM) * header["SpectrometerFrequency"][0]
        fids = fids * np.exp(-2j * np.pi * turn_hz * times)
        broad = [name in card["macromolecules"] for name in names]
        self.names = [name for name, is_broad in zip(names, broad, strict=True) if not is_broad]
        self.metabolites = torch.from_numpy(fids[~np.array(broad)].astype(np.complex64))
        self.lines = torch.from_numpy(fids[np.array(broad)].astype(np.complex64))
        self.times = torch.from_numpy(times.astype(np.float32))

    @torch.no_grad()
    def draw(self, data_set, count, generator):
        """@returns the first 1024 points of signals with their noise, complex [count, 1024]; amplitudes [count, 15]"""

        def uniform(bounds, *shape):
            return bounds[0] + (bounds[1] - bounds[0]) * torch.rand(*shape, generator=generator)

        metabolites = len(self.names)
        amplitudes = uniform(AMPLITUDE, count, metabolites)
        shifts, growth = uniform(SHIFT_HZ, count, metabolites), uniform(GROWTH_PER_S, count, metabolites)
        phases = uniform(PHASE_RAD, count, metabolites)
        if data_set.phase != "separate":
            phases = phases[:, :1].expand(-1, metabolites) * (data_set.phase == "common")
        magnitude = amplitudes[..., None] * torch.exp(growth[..., None] * self.times)
        turns = phases[..., None] + 2 * math.pi * shifts[..., None] * self.times
        signals = torch.zeros(count, len(self.times), dtype=torch.complex64)
        for m, metabolite in enumerate(self.metabolites):
            signals += torch.polar(magnitude[:, m], turns[:, m]) * metabolite
        spread = MACROMOLECULE_SPREAD * (data_set.macromolecules == "varied")
        heights = uniform((1 - spread, 1 + spread), count, len(self.lines))
        if data_set.macromolecules != "none":
            signals = signals + (heights.to(torch.complex64) @ self.lines) * torch.polar(torch.ones(count, 1), phases[:, :1])
        if data_set.noise:
            signals = signals + self._noise(signals, uniform(SNR_DB, count), generator)
        return signals[:, :SCATTERING_POINTS], amplitudes

    @staticmethod
    def _noise(signals, snr_db, generator):
        power = signals.abs().square().mean(dim=1) / 10 ** (snr_db / 10)
        parts = torch.randn(2, *signals.shape, generator=generator) * (power / 2).sqrt()[:, None]
        return torch.complex(parts[0], parts[1])
