"""Basis sets on the canonical grid: the shipped ones, and the basis of the ISMRM 2016 fitting challenge where it is present."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from scipy.optimize import least_squares

from training.fpc.canonical import WATER_PPM, resample
from training.fpc.presets import BASES, REPOSITORY
from training.quantification.canonical import in_band

CHALLENGE = "challenge"
CHALLENGE_FREQUENCY_MHZ, CHALLENGE_DWELL_S = 123.2, 1 / 4000
CHALLENGE_NAMES = {"sIns": "Scyllo"}
# A second, noisier macromolecule signal of the opposite sign.
CHALLENGE_UNUSED = ("PressMac_30ms",)
MARKER_PPM = -0.002


@dataclass(frozen=True)
class QuantificationBasis:
    """Signals as the basis has them, resampled: amplitudes are in units of the basis."""

    id: str
    sha256: str
    names: list
    signals: np.ndarray  # complex128 [M, 512], canonical (exact within the band, see canonical.in_band)
    first: np.ndarray  # complex128 [M], the FIDs' own first points
    frequency_mhz: float
    linewidth_hz: float  # FWHM of the signals' Lorentzian lines; 0 where it is unknown
    dwell_s: float  # of the file
    points: int  # of the file
    macromolecules: str | None  # name of the one macromolecule signal, if there is one


def data_folder():
    """Public real files: $LINESHAPE_DATA or ../shared/data beside the checkout."""
    return Path(os.environ.get("LINESHAPE_DATA", REPOSITORY.parent / "shared/data"))


def load_quantification_basis(basis_id):
    """A shipped id ("lineshape-3t-press-te30-123mhz"), or "challenge" → QuantificationBasis."""
    return _challenge() if basis_id == CHALLENGE else _shipped(basis_id)


def _shipped(basis_id):
    path = BASES / f"{basis_id}.nii.gz"
    card = json.loads((BASES / f"{basis_id}.json").read_text())
    image = nibabel.load(path)
    header = json.loads(image.header.extensions[0].get_content())
    dwell_s = float(image.header["pixdim"][4])
    fids = np.asanyarray(image.dataobj).reshape(image.shape[3:]).T.astype(np.complex128)
    names = header["dim_5_header"]["Metabolite"]["Value"]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    frequency_mhz = header["SpectrometerFrequency"][0]
    return _made(basis_id, sha256, names, fids, dwell_s, frequency_mhz, card["linewidthHz"], next(iter(card["macromolecules"]), None))


def _made(basis_id, sha256, names, fids, dwell_s, frequency_mhz, linewidth_hz, macromolecules):
    return QuantificationBasis(
        id=basis_id,
        sha256=sha256,
        names=list(names),
        signals=in_band(resample(fids, dwell_s, frequency_mhz), fids, dwell_s, frequency_mhz),
        first=fids[:, 0],
        frequency_mhz=frequency_mhz,
        linewidth_hz=linewidth_hz,
        dwell_s=dwell_s,
        points=fids.shape[1],
        macromolecules=macromolecules,
    )


def _challenge():
    """The marker line is taken out, and the macromolecules' halved first point doubled: every signal's counts in full then."""
    folder = data_folder() / "ismrm_fitting_challenge/basisset_text"
    files = [file for file in sorted(folder.glob("*.txt")) if file.stem not in CHALLENGE_UNUSED]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    names, fids = [], []
    for file in files:
        columns = np.loadtxt(file)
        fid = columns[:, 0] + 1j * columns[:, 1]
        if file.stem == "Mac":
            fid[0] *= 2
        else:
            fid = without_marker(fid, CHALLENGE_DWELL_S, CHALLENGE_FREQUENCY_MHZ)
        names.append(CHALLENGE_NAMES.get(file.stem, file.stem))
        fids.append(fid)
    return _made(CHALLENGE, digest, names, np.array(fids), CHALLENGE_DWELL_S, CHALLENGE_FREQUENCY_MHZ, 0.0, "Mac")


def without_marker(fid, dwell_s, frequency_mhz):
    """Fits one Lorentzian line within 0.1 ppm of the marker's place, beside a sloping background, and subtracts it."""
    times = np.arange(fid.size) * dwell_s
    centre_hz = (WATER_PPM - MARKER_PPM) * frequency_mhz
    offsets_hz = np.linspace(-0.1, 0.1, 201) * frequency_mhz
    kernel = np.exp(-2j * np.pi * np.outer(offsets_hz + centre_hz, times))
    data = kernel @ fid

    def line(place):
        return np.exp((2j * np.pi * (centre_hz + place[0]) - np.pi * abs(place[1])) * times)

    def solved(place):
        design = np.stack([kernel @ line(place), np.ones(offsets_hz.size), offsets_hz], axis=1)
        weights = np.linalg.lstsq(design, data, rcond=None)[0]
        return weights[0], data - design @ weights

    def residual(place):
        left = solved(place)[1]
        return np.concatenate([left.real, left.imag])

    place = least_squares(residual, [0.0, 1.0], x_scale=[0.1, 0.1]).x
    return fid - solved(place)[0] * line(place)
