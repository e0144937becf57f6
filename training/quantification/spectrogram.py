"""Spectrogram of a band spectrum, as a layer of fixed matrices that an ONNX graph can hold.

Rizzo R et al., Magn Reson Med 2023;89:1707, doi:10.1002/mrm.29561 (section 2.1.2), at the canonical sampling (8 ppm, centre
3.027 ppm; 1.015 ms at 3 T): a Hamming window of 256 points (260 ms; the paper's 256 ms), moved by 6 points (6.1 ms; 6 ms)
32 times (195 ms; 200 ms), zero-filled to 2048 points (0.48 Hz; 0.67 Hz), cut to the 1024 bins from 4.199 to 0.203 ppm and
undersampled diagonally by 8: column t keeps the bins 8 r + (t mod 8), r = 0 ... 127.

A bin of a column is a DFT of 256 points after a turn by its t mod 8, so nothing is computed that isn't kept.
"""

import numpy as np
import torch

FREQUENCY_ROWS = 128
TIME_COLUMNS = 32
WINDOW_POINTS = 256
HOP_POINTS = 6
UNDERSAMPLING = 8
ZERO_FILL_POINTS = WINDOW_POINTS * UNDERSAMPLING
# First bin kept, counted from 3.027 ppm towards lower ppm in steps of 8/2048 ppm: 4.199 ppm.
FIRST_BIN = -300

BAND_POINTS = 512
BAND_FIRST = -150
# The canonical FID is the inverse transform of so many bins, of which the band has 512.
TRANSFORM_POINTS = 1024
SPLIT = 32


def _pair(values):
    """Real and imaginary part of a complex array as float32 tensors."""
    values = np.asarray(values)
    return torch.from_numpy(values.real.astype(np.float32)), torch.from_numpy(values.imag.astype(np.float32))


class ComplexConstants(torch.nn.Module):
    """Holds complex constants as pairs of buffers which move with the network and are left out of its weights."""

    def put(self, name, values):
        re, im = _pair(values)
        self.register_buffer(f"{name}_re", re, persistent=False)
        self.register_buffer(f"{name}_im", im, persistent=False)

    def get(self, name):
        return getattr(self, f"{name}_re"), getattr(self, f"{name}_im")


def _times(a, b):
    """Elementwise product of complex pairs."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def _product(a, b):
    """Matrix product of complex pairs, as one real product."""
    right = torch.cat([torch.cat([b[0], b[1]], dim=-1), torch.cat([-b[1], b[0]], dim=-1)], dim=-2)
    return torch.cat(a, dim=-1).matmul(right).chunk(2, dim=-1)


class BandToFid(ComplexConstants):
    """Band spectrum [N, 2, 512] to the first `points` samples of the canonical FID, a complex pair of [N, points].

    s_n = 1/1024 sum_k S_k e^{2 pi i k n / 1024}, k = -150 ... 361, in two stages of 32 (Cooley & Tukey 1965), so that the
    graph stays small.
    """

    def __init__(self, points):
        super().__init__()
        self.points = points
        rows = -(-points // SPLIT)
        a, b, p, q = np.arange(BAND_POINTS // SPLIT), np.arange(SPLIT), np.arange(rows), np.arange(SPLIT)
        self.put("coarse", np.exp(2j * np.pi * np.outer(a, q) / SPLIT) / TRANSFORM_POINTS)
        self.put("twiddle", np.exp(2j * np.pi * np.outer(b, q) / TRANSFORM_POINTS))
        self.put("fine", np.exp(2j * np.pi * np.outer(b, p) / SPLIT))
        self.put("first", np.exp(2j * np.pi * BAND_FIRST * np.arange(points) / TRANSFORM_POINTS))

    def forward(self, spectrum):
        # S_{32 a + b} as [N, b, a]
        bins = spectrum.reshape(-1, 2, BAND_POINTS // SPLIT, SPLIT).transpose(2, 3)
        y = _times(_product((bins[:, 0], bins[:, 1]), self.get("coarse")), self.get("twiddle"))
        # [N, b, q] to s_{32 p + q} as [N, q, p], then [N, p, q]
        s = _product((y[0].transpose(1, 2), y[1].transpose(1, 2)), self.get("fine"))
        flat = tuple(part.transpose(1, 2).flatten(1)[:, : self.points] for part in s)
        return _times(flat, self.get("first"))


class Spectrogram(ComplexConstants):
    """Band spectrum [N, 2, 512] to its spectrogram [N, 2, 128, 32] (real and imaginary; ppm falling; time), on its scale."""

    def __init__(self):
        super().__init__()
        starts = HOP_POINTS * np.arange(TIME_COLUMNS)
        n = np.arange(WINDOW_POINTS)
        self.to_fid = BandToFid(int(starts[-1]) + WINDOW_POINTS)
        self.register_buffer("frames", torch.from_numpy(starts[:, None] + n), persistent=False)
        turns = np.exp(-2j * np.pi * np.outer(np.arange(TIME_COLUMNS) % UNDERSAMPLING + FIRST_BIN, n) / ZERO_FILL_POINTS)
        self.put("windows", np.hamming(WINDOW_POINTS) * turns)
        self.put("transform", np.exp(-2j * np.pi * np.outer(n, np.arange(FREQUENCY_ROWS)) / WINDOW_POINTS))

    def forward(self, spectrum):
        fid = self.to_fid(spectrum)
        frames = _times((fid[0][:, self.frames], fid[1][:, self.frames]), self.get("windows"))
        return torch.stack(_product(frames, self.get("transform")), dim=1).transpose(2, 3)
