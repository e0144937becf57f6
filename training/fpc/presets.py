"""Presets of simulated transients and the shipped basis sets, both shared with the program itself."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np

from training.fpc.canonical import resample

REPOSITORY = Path(__file__).resolve().parents[2]
PRESETS = REPOSITORY / "src/core/basis/simulatedTransients"
BASES = REPOSITORY / "resources/basis"
MACROMOLECULES = "Mac"


@dataclass(frozen=True)
class CanonicalBasis:
    """A basis set on the canonical grid; scaling of frequencies leaves it unchanged there."""

    id: str
    sha256: str
    names: list
    signals: np.ndarray  # [names, 512]
    first: np.ndarray  # [names], the FIDs' own first points


def load_preset(preset_id):
    """The preset's JSON; its fields are explained in simulatedTransients/presets.ts."""
    return json.loads((PRESETS / f"{preset_id}.json").read_text())


def preset_path(preset_id):
    return str((PRESETS / f"{preset_id}.json").relative_to(REPOSITORY))


def load_basis(basis_id):
    """Reads a shipped NIfTI-MRS basis set (signals along its fifth dimension)."""
    path = BASES / f"{basis_id}.nii.gz"
    image = nibabel.load(path)
    header = json.loads(image.header.extensions[0].get_content())
    dwell_s = float(image.header["pixdim"][4])
    frequency_mhz = header["SpectrometerFrequency"][0]
    fids = np.asanyarray(image.dataobj).reshape(image.shape[3:]).T
    return CanonicalBasis(
        id=basis_id,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        names=header["dim_5_header"]["Metabolite"]["Value"],
        signals=resample(fids, dwell_s, frequency_mhz),
        first=fids[:, 0].astype(np.complex128),
    )


def load_bases(preset):
    """Every basis of a preset by id."""
    return {entry["id"]: load_basis(entry["id"]) for entry in preset["bases"]}
