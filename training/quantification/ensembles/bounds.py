"""Cramér-Rao bounds of Rizzo's set, as a Voigt linear-combination fit has them: amounts of all metabolites and macromolecules,
one Gaussian width, shift and phase free at once; Lorentzian widths and the water reference known.
"""

import math

import torch

from training.quantification.cnn.mixtures import only

CHUNK = 64


class Bounds:
    """Derivatives of the signal on the canonical grid of one simulator."""

    def __init__(self, simulator, keys):
        self.times = simulator.times
        generator = torch.Generator().manual_seed(0)
        signals = []
        for key in keys:
            cases = only(simulator, key, gaussian_hz=(0.0, 0.0)).draw(1, generator)
            signals.append(cases.clean_fid - cases.background_fid)
        signals.append(cases.background_fid / cases.mm_amount[:, None])
        self.signals = torch.cat(signals).to(torch.complex128)  # [free, 512], of unit amount, without shim
        water = only(simulator, None, gaussian_hz=(0.0, 0.0)).draw(1, generator)
        self.water = (water.clean_fid - water.background_fid).to(torch.complex128)

    def of(self, spectra):
        """LabelledSpectra straight from the simulator → SDs of the free amounts [B, free]"""
        return torch.cat([self._chunk(*parts) for parts in self._chunks(spectra)]).float()

    @staticmethod
    def _chunks(spectra):
        return zip(*(v.double().split(CHUNK) for v in (spectra.amounts, spectra.gaussian_hz, spectra.noise_sd)))

    def _chunk(self, amounts, gaussian_hz, noise_sd):
        square = (math.pi * self.times.double()) ** 2 / (4 * math.log(2))
        decay = torch.exp(-(gaussian_hz[:, None] ** 2) * square)[:, None]
        patterns = self.signals * decay
        object_fid = torch.einsum("bm,bmn->bn", amounts.to(patterns.dtype), patterns)[:, None]
        width = -2 * gaussian_hz[:, None, None] * square * (object_fid + self.water * decay)
        jacobian = torch.cat([patterns, width, object_fid * 1j, object_fid * 2j * math.pi * self.times], 1)
        fisher = torch.einsum("bpn,bqn->bpq", jacobian.conj(), jacobian).real / noise_sd[:, None, None] ** 2
        # Of like size before the inversion.
        size = fisher.diagonal(dim1=1, dim2=2).sqrt()
        inverse = torch.linalg.inv(fisher / size[:, :, None] / size[:, None, :])
        sd = inverse.diagonal(dim1=1, dim2=2).sqrt() / size
        return sd[:, : amounts.shape[1]]
