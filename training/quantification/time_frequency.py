"""Morse scalogram and wavelet scattering of band spectra, on torch, many at once.

TypeScript twins: src/core/quantification/shared/timeFrequency/; tests/fixtures/timeFrequency.json holds them together
(written by training/quantification/wavelet_scattering/fixture.py, with kymatio's own numbers for the scattering).

Both look at frequencies as distances, in bins of 8/1024 ppm, from 4.324 ppm, just beyond the band: the crowded lines from 3
to 4 ppm lie at low frequencies, where wavelets of constant Q are narrow, and lipids, lactate and NAA at high ones.
"""

import math

import numpy as np
import torch

BAND_BINS = 512
# Bins from zero frequency (4.324 ppm) to the band's first (4.199 ppm).
FIRST_FREQUENCY_BIN = 16
CANONICAL_TRANSFORM_POINTS = 1024

SCALES = 40
TIMES = 48
VOICES_PER_OCTAVE = 10
# Centre of the widest wavelet [bins]: 0.574 ppm; the narrowest one's is 4.07 ppm.
HIGHEST_CENTRE_BIN = 480
# A column every 8 points of the canonical FID: 8.1 ms at 3 T, 48 of them 0.39 s.
TIME_STEP_POINTS = 8
MORSE_GAMMA = 3.0
MORSE_TIME_BANDWIDTH = 60.0

SCATTERING_POINTS = 1024
SCATTERING_TRANSFORM_POINTS = 2048
AVERAGING_LOG2 = 7
WAVELETS_PER_OCTAVE = (8, 1)
WINDOWS = SCATTERING_POINTS >> AVERAGING_LOG2
# Filter values so much smaller than the largest are left out.
NEGLIGIBLE = 1e-8


def scalogram_centres():
    """Centre frequencies of the scales [bins], falling."""
    return HIGHEST_CENTRE_BIN * 2.0 ** (-np.arange(SCALES) / VOICES_PER_OCTAVE)


def morse_filters():
    """
    Generalised Morse wavelets in the frequency domain, [40, 512]: 2 (e gamma / beta)^(beta / gamma) w^beta exp(-w^gamma) with
    beta = time-bandwidth product / gamma, scaled to their centres and to a peak of 2 (L1 norm).

    Source: Olhede SC, Walden AT, IEEE Trans Signal Process 2002;50:2661, doi:10.1109/TSP.2002.804066; Lilly JM, Olhede SC,
    IEEE Trans Signal Process 2009;57:146, doi:10.1109/TSP.2008.2007607.
    """
    beta = MORSE_TIME_BANDWIDTH / MORSE_GAMMA
    bins = FIRST_FREQUENCY_BIN + np.arange(BAND_BINS)
    # With x = w / w_peak and w_peak^gamma = beta / gamma: 2 exp(beta ln x + (beta / gamma) (1 - x^gamma)).
    x = bins / scalogram_centres()[:, None]
    return 2 * np.exp(beta * np.log(x) + beta / MORSE_GAMMA * (1 - x**MORSE_GAMMA))


class Scalogram:
    """Band spectra [B, 2, 512] (real, imaginary) to scalograms [B, 2, 40, 48]: sums over bins, so of the size of a line's area."""

    shape = (2, SCALES, TIMES)

    def __init__(self, device="cpu"):
        n = TIME_STEP_POINTS * np.arange(TIMES)
        bins = FIRST_FREQUENCY_BIN + np.arange(BAND_BINS)
        turns = np.exp(2j * np.pi * np.outer(bins, n) / CANONICAL_TRANSFORM_POINTS)
        # Time step and transform length have a common factor: bins that are so far apart turn alike, and are summed first.
        self.folded = CANONICAL_TRANSFORM_POINTS // TIME_STEP_POINTS
        self.filters = torch.from_numpy(morse_filters().astype(np.float32)).to(device)
        self.turns = torch.from_numpy(turns[: self.folded].astype(np.complex64)).to(device)

    def __call__(self, spectrum):
        band = torch.complex(spectrum[:, 0], spectrum[:, 1])[:, None] * self.filters
        folded = band.unflatten(2, (-1, self.folded)).sum(dim=2)
        coefficients = folded @ self.turns
        return torch.stack([coefficients.real, coefficients.imag], dim=1)


def scattering_fid(spectrum):
    """
    Band spectra [B, 2, 512] to 1024 points of FIDs, complex [B, 1024]: sums over bins, 1/(16 ppm f0) apart, zero frequency at
    4.324 ppm. They last as long as the canonical FID, 0.52 s at 3 T, so that none is empty.
    """
    padded = torch.zeros(spectrum.shape[0], SCATTERING_TRANSFORM_POINTS, dtype=torch.complex64, device=spectrum.device)
    padded[:, FIRST_FREQUENCY_BIN : FIRST_FREQUENCY_BIN + BAND_BINS] = torch.complex(spectrum[:, 0], spectrum[:, 1])
    return torch.fft.ifft(padded, dim=1, norm="forward")[:, :SCATTERING_POINTS]


def _gaussian(points, centre, sigma):
    """exp(-(f - centre)^2 / (2 sigma^2)) at f = k/points, its images of whole sampling frequencies added."""
    images = min(math.ceil(math.sqrt(-2 * sigma**2 * math.log(1e-7)) + 1), 5)
    frequencies = np.arange((1 - images) * points, images * points) / points
    if images == 1 and centre == 0:
        frequencies = np.fft.fftfreq(points)
    values = np.exp(-((frequencies - centre) ** 2) / (2 * sigma**2))
    return values.reshape(2 * images - 1, points).mean(axis=0)


def _unit_norm(filter_):
    return filter_ / np.abs(np.fft.ifft(filter_)).sum()


def morlet(points, centre, sigma):
    """Morlet wavelet without mean, of L1 norm 1, in the frequency domain (real): [points]."""
    band, low = _gaussian(points, centre, sigma), _gaussian(points, 0, sigma)
    return _unit_norm(band - band[0] / low[0] * low)


def wavelet_family(quality, averaging_log2):
    """
    Centres, widths (SDs) [cycles per sample] and log2 of the subsampling each filter bears: geometric down to the width of the
    averaging window's, then at even distances.
    """
    narrowest = 0.1 / 2**averaging_log2
    centre = max(1 / (1 + 2 ** (3 / quality)), 0.35)
    factor = 2 ** (-1 / quality)
    # Neighbours cross where each has fallen to the root of one half.
    width = centre * (1 - factor) / (1 + factor) / math.sqrt(2 * math.log(math.sqrt(2)))
    family = [(centre, width)]
    while width > narrowest / factor:
        centre, width = centre * factor, width * factor
        family.append((centre, width))
    family += [(centre * (1 - q / quality), narrowest) for q in range(1, quality)]
    return [(c, w, math.floor(-math.log2(min(c + 5 * w, 0.5))) - 1) for c, w in family]


def _subsampled(filter_, log2):
    """Of a filter in the frequency domain, for a signal 2^log2 times shorter; weighted as kymatio does."""
    return filter_.reshape(1 << log2, -1).mean(axis=0)


class _FilterBank:
    """Filters [K, n] of signals of n points, each subsampled by 2^log2 after it: only the bins where they are not nothing."""

    def __init__(self, filters, log2, device):
        filters = np.array(filters)
        n = filters.shape[1]
        self.points = n >> log2
        bins = np.arange(n)
        signed = np.where(bins >= n // 2, bins - n, bins)[np.abs(filters).max(axis=0) > NEGLIGIBLE * np.abs(filters).max()]
        # From a multiple of the subsampled length to another: what falls together is then one column of a reshaped array.
        self.start, self.stop = (self.points * int(f) for f in (signed.min() // self.points, -(-(signed.max() + 1) // self.points)))
        if self.stop - self.start > n:
            self.start, self.stop = 0, n
        kept = filters[:, np.arange(self.start, self.stop) % n] / (1 << log2)
        self.values = torch.from_numpy(kept.astype(np.float32)).to(device)

    def envelopes(self, spectrum):
        """Moduli of filtered, subsampled signals given by their transforms [..., n]; K filters or [..., 1, n] for several."""
        bins = spectrum[..., self.start : self.stop]
        if self.start < 0:
            bins = torch.cat([spectrum[..., self.start :], spectrum[..., : self.stop]], dim=-1)
        return torch.fft.ifft((bins * self.values).unflatten(-1, (-1, self.points)).sum(dim=-2)).abs()


class Scattering:
    """
    Signals [B, 1024] to scattering coefficients [B, 176, 8] of order 0, 1 and 2: Morlet wavelets, 8 and 1 an octave, modulus,
    averaging over 128 points.

    Source: Anden J, Mallat S, IEEE Trans Signal Process 2014;62:4114, doi:10.1109/TSP.2014.2326991; filters and conventions
    are those of kymatio 0.3 (Andreux M et al., J Mach Learn Res 2020;21(60):1), Scattering1D(J=7, shape=1024, Q=(8, 1)).
    """

    def __init__(self, device="cpu"):
        self.device = device
        n = 2 * SCATTERING_POINTS
        first, second = (wavelet_family(q, AVERAGING_LOG2) for q in WAVELETS_PER_OCTAVE)
        psi1 = [morlet(n, c, w) for c, w, _ in first]
        psi2 = [(j2, morlet(n, c, w)) for c, w, j2 in second]
        phi = _unit_norm(_gaussian(n, 0, 0.1 / 2**AVERAGING_LOG2))
        levels = sorted({j for *_, j in first})
        members = {j: [psi1[i] for i, f in enumerate(first) if f[2] == j] for j in levels}
        self.order1 = {j: _FilterBank(filters, j, device) for j, filters in members.items()}
        self.order2 = {
            j: [(j2, _FilterBank([_subsampled(psi, j)], j2 - j, device)) for j2, psi in psi2 if j2 > j] for j in levels
        }
        self.windows = {j: self._averaging(phi, j) for j in range(AVERAGING_LOG2)}
        self.paths = 1 + sum(len(members[j]) * (1 + len(self.order2[j])) for j in levels)

    def _averaging(self, phi, log2):
        """Matrix [points, 8] that averages a padded signal subsampled by 2^log2 into its windows."""
        kernel = np.fft.ifft(_subsampled(phi, log2)).real
        windows = WINDOWS // 2 + np.arange(WINDOWS)
        at = (windows << (AVERAGING_LOG2 - log2)) - np.arange(kernel.size)[:, None]
        return torch.from_numpy(kernel[at % kernel.size].astype(np.float32)).to(self.device)

    def __call__(self, signal):
        """@param signal real [B, 1024]"""
        half = SCATTERING_POINTS // 2
        left, right = signal[:, 1 : half + 1].flip(1), signal[:, half - 1 : -1].flip(1)
        padded = torch.cat([left, signal, right], dim=1)
        order0 = padded @ self.windows[0]
        spectrum = torch.fft.fft(padded)[:, None]
        first, second = [], []
        for j, bank in self.order1.items():
            envelope = bank.envelopes(spectrum)
            first.append(envelope @ self.windows[j])
            if self.order2[j]:
                transformed = torch.fft.fft(envelope)
                beats = [following.envelopes(transformed) @ self.windows[j2] for j2, following in self.order2[j]]
                second.append(torch.stack(beats, dim=2).flatten(1, 2))
        return torch.cat([order0[:, None], *first, *second], dim=1)


class SpectrumScattering:
    """Band spectra [B, 2, 512] to scattering coefficients [B, 2, 176, 8] of their FID's real and imaginary part."""

    def __init__(self, device="cpu"):
        self.scattering = Scattering(device)
        self.shape = (2, self.scattering.paths, WINDOWS)

    def __call__(self, spectrum):
        fid = scattering_fid(spectrum)
        parts = torch.cat([fid.real, fid.imag])
        return self.scattering(parts).unflatten(0, (2, -1)).transpose(0, 1)
