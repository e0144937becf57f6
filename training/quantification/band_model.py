"""The signal model inside training graphs: basis signals, shifted and broadened, as band spectra."""

import math

import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS
from training.quantification.canonical import band_spectrum


class BandModel(torch.nn.Module):
    """S = e^{i phase} * sum_m a_m X_m(shift_m, width); X_m are what this makes."""

    def __init__(self, simulator):
        super().__init__()
        self.frequency_mhz = simulator.frequency_mhz
        self.register_buffer("signals", simulator.signals * simulator.kept, persistent=False)
        self.register_buffer("sample", torch.arange(POINTS, dtype=torch.float32), persistent=False)

    def modulated(self, shift_ppm, lorentzian_hz):
        """shifts [B, M] towards higher ppm, one FWHM added [B] → signals [B, M, 512]"""
        turn = shift_ppm[..., None] * (-2 * math.pi / BANDWIDTH_PPM) * self.sample
        return self.signals * torch.polar(self.decay(lorentzian_hz)[:, None].expand_as(turn), turn)

    def decay(self, lorentzian_hz):
        """[B] → [B, 512]"""
        return torch.exp(lorentzian_hz[:, None] * (-math.pi / (BANDWIDTH_PPM * self.frequency_mhz)) * self.sample)

    def spectra(self, shift_ppm, lorentzian_hz):
        """[B, M], [B] → band spectra [B, M, 512]"""
        return band_spectrum(self.modulated(shift_ppm, lorentzian_hz), self.frequency_mhz)


def solve_amplitudes(components, target):
    """
    Least squares on the real part, in double precision as its matrix is ill-conditioned.
    @param components band spectra [B, M, 512]
    @param target band spectra [B, 512], phase and background taken away
    @returns amplitudes [B, M], and what their SD is for noise of 1 per real channel, as covariance [B, M, M]
    """
    design = components.real.double()
    gram = design @ design.transpose(1, 2)
    eye = torch.eye(gram.shape[1], dtype=gram.dtype, device=gram.device)
    ridge = 1e-9 * gram.diagonal(dim1=1, dim2=2).mean(1)[:, None, None] * eye
    factor = torch.linalg.cholesky(gram + ridge)
    right = (design @ target.real.double()[..., None])
    amplitudes = torch.cholesky_solve(right, factor)[..., 0]
    return amplitudes.float(), torch.cholesky_inverse(factor.detach())
