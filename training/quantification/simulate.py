"""Cases of the simulated sets, many at once, directly on the canonical grid (torch, CPU or CUDA).

What a preset's fields mean is told in src/core/basis/simulatedSets/presets.ts; this realises them as caseFid.ts and
drawCase.ts there do, vectorised. Streams of seeds differ from the program's own.
"""

import copy
import json
import math
from dataclasses import dataclass, fields

import numpy as np
import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, TRANSFORM_POINTS, WATER_PPM
from training.fpc.presets import REPOSITORY
from training.quantification.canonical import BIN_PPM, EARLY_SAMPLES, in_band
from training.quantification.macromolecules import MAC_PROTONS, ChenLines

PROTOCOLS = REPOSITORY / "src/core/basis/simulatedSets/protocols"
NAA_WINDOW_PPM = (1.85, 2.2)
# Heights are read from spectra so much finer than the canonical signal has them.
HEIGHT_POINTS = 2 * TRANSFORM_POINTS


def load_preset(preset_id):
    """The preset's JSON."""
    return json.loads((PROTOCOLS / f"{preset_id}.json").read_text())


def preset_path(preset_id):
    """From the repository's root, as cards name it."""
    return str((PROTOCOLS / f"{preset_id}.json").relative_to(REPOSITORY))


@dataclass
class Cases:
    """Canonical signals [B, 512] (complex64, units of the basis) and their truth."""

    fid: torch.Tensor  # with noise
    clean_fid: torch.Tensor  # without noise: metabolites, macromolecules, water reference
    background_fid: torch.Tensor  # the macromolecules' part of it
    amplitudes: torch.Tensor  # [B, M], basis units, in the order of the simulator's names
    mm_amount: torch.Tensor  # [B], units of the basis's macromolecule signal
    shift_ppm: torch.Tensor  # [B, M], towards higher ppm
    lorentzian_hz: torch.Tensor  # [B, M], FWHM added to the basis's own
    gaussian_hz: torch.Tensor  # [B], FWHM
    phase_rad: torch.Tensor  # [B]
    noise_sd: torch.Tensor  # [B], per real channel of `fid`
    snr: torch.Tensor  # [B], as the preset defines it

    def to(self, device):
        """The same on another device."""
        return Cases(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})

    def __len__(self):
        return self.fid.shape[0]

    def __getitem__(self, rows):
        return Cases(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def joined(parts):
    """Several Cases as one."""
    return Cases(**{field.name: torch.cat([getattr(p, field.name) for p in parts]) for field in fields(Cases)})


def changed(preset, snr=None, shifts=None, macromolecules=None, **replaced):
    """
    A preset with departures: `snr` (low, high) uniform; shifts="common"; macromolecules="basis" (all three as `lineshape
    simulate` has them); any other keyword replaces the JSON's field of that name ("concentrations": those named only).
    """
    preset = copy.deepcopy(preset)
    if snr is not None:
        preset["snr"]["distribution"] = {"kind": "uniform", "range": list(snr)}
    if shifts == "common":
        preset["shift"]["per"] = "spectrum"
    if macromolecules == "basis":
        preset["macromolecules"].update(shape="pattern", follows=False)
    preset["concentrations"].update(replaced.pop("concentrations", {}))
    preset.update(replaced)
    return preset


class SetSimulator:
    """Draws batches of a preset with a basis; the same seed gives the same cases on one device type."""

    def __init__(self, basis, preset_id, device="cpu", **changes):
        """changes: see changed()."""
        self.basis, self.device = basis, device
        self.preset = changed(load_preset(preset_id), **changes)
        wanted = [(name, key) for key in self.preset["concentrations"] for name in self.preset["sums"].get(key, [key])]
        self.members = [(name, key) for name, key in wanted if name in basis.names]
        self.names = [name for name, _ in self.members]
        self.frequency_mhz = basis.frequency_mhz
        rows = [basis.names.index(name) for name in self.names]
        self.signals = torch.from_numpy(basis.signals[rows]).to(device, torch.complex64)
        self.first = torch.from_numpy(basis.first[rows]).to(device, torch.complex64)
        row = basis.names.index(basis.macromolecules)
        self.mm_signal = torch.from_numpy(basis.signals[row]).to(device, torch.complex64)
        self.mm_first = complex(basis.first[row])
        self.units_per_amount = MAC_PROTONS / abs(self.mm_first)
        self.lines = ChenLines(basis, device)
        self.sample = torch.arange(POINTS, device=device, dtype=torch.float32)
        self.times = self.sample / (BANDWIDTH_PPM * basis.frequency_mhz)
        # A basis that is shorter than the canonical signal: the program's simulated scans are as long as their basis.
        self.kept = (self.times < basis.points * basis.dwell_s - 1e-9).to(torch.float32)
        self.water_early = self._water_early()

    @torch.no_grad()
    def draw(self, count, generator):
        """@returns Cases, `count` of them"""
        draw = _Draw(count, generator, self.device)
        amplitudes = self._amplitudes(draw)
        shifts_hz, mm_shift_hz, common_hz = self._shifts(draw)
        widths, mm_width = self._widths(draw)
        gaussian = draw.uniform(*self.preset["gaussianHz"])
        phase = torch.deg2rad(draw.uniform(*self.preset["phaseDeg"]))
        metabolites = self._metabolites(amplitudes, shifts_hz, widths, gaussian)
        broad, mm_amount, mm_first = self._macromolecules(draw, metabolites, amplitudes, mm_shift_hz, mm_width, gaussian)
        water, water_first = self._water_reference(gaussian)
        snr = draw.snr(self.preset["snr"]["distribution"])
        first = amplitudes.to(torch.complex64) @ self.first
        whole_first = first + mm_first + water_first
        native_sd = self._noise_sd(snr, metabolites, first, whole_first, amplitudes, widths, gaussian)
        # White noise in the scan's band: its density stays, so its SD grows with the root of the canonical bandwidth.
        noise_sd = native_sd * math.sqrt(self.basis.dwell_s * BANDWIDTH_PPM * self.frequency_mhz)
        turn = self._turn(common_hz, phase)
        clean = (metabolites + broad + water) * turn * self.kept
        noise = torch.complex(draw.standard_normal(POINTS), draw.standard_normal(POINTS)) * noise_sd[:, None] * self.kept
        shift_ppm = -(shifts_hz + common_hz[:, None]) / self.frequency_mhz
        return Cases(
            clean + noise, clean, broad * turn * self.kept, amplitudes, mm_amount, shift_ppm, widths, gaussian, phase, noise_sd, snr
        )

    def _turn(self, shift_hz, phase):
        turn = phase[:, None] + 2 * math.pi * shift_hz[:, None] * self.times
        return torch.polar(torch.ones_like(turn), turn)

    def _amplitudes(self, draw):
        concentrations, sums = self.preset["concentrations"], self.preset["sums"]
        bounds = torch.tensor(list(concentrations.values()), device=self.device, dtype=torch.float32)
        values = draw.uniform(bounds[:, 0], bounds[:, 1], len(concentrations))
        keys = list(concentrations)
        columns = [values[:, keys.index(key)] / len(sums.get(key, [key])) for _, key in self.members]
        return torch.stack(columns, 1)

    def _shifts(self, draw):
        """@returns shifts against the common one [B, M], the macromolecules' [B], the common shift [B]; all in Hz"""
        rule, follows = self.preset["shift"], self.preset["macromolecules"]["follows"]
        to_hz = self.frequency_mhz if rule["unit"] == "ppm" else 1.0
        none = torch.zeros(draw.count, device=self.device)
        if rule["per"] == "spectrum":
            return none[:, None].expand(-1, len(self.names)), none, draw.uniform(*rule["range"]) * to_hz
        own = draw.uniform(*rule["range"], len(self.names) + 1) * to_hz
        return own[:, :-1], own[:, -1] if follows else none, none

    def _widths(self, draw):
        """@returns Lorentzian FWHM added [Hz], of the metabolites [B, M] and of the macromolecules [B]"""
        rule, follows = self.preset["lorentzian"], self.preset["macromolecules"]["follows"]
        own = self.basis.linewidth_hz
        if rule["kind"] == "t2":
            t2_s = [rule["t2S"].get(name, rule["otherT2S"]) for name in [*self.names, ""]]
            widths = torch.tensor([max(0.0, 1 / (math.pi * t) - own) for t in t2_s], device=self.device).expand(draw.count, -1)
        else:
            factor = {"Hz": 1.0, "ppm": self.frequency_mhz, "1/s": 1 / math.pi}[rule["unit"]]
            columns = len(self.names) + 1 if rule["per"] == "metabolite" else 1
            drawn = draw.uniform(*rule["range"], columns) * factor - (own if rule["includesBasis"] else 0.0)
            widths = drawn.clamp(min=0).expand(-1, len(self.names) + 1)
        return widths[:, :-1], widths[:, -1] if follows else torch.zeros(draw.count, device=self.device)

    def _decay(self, lorentzian_hz, gaussian_hz):
        """FWHMs [...] → [..., 512]"""
        exponent = math.pi * lorentzian_hz[..., None] * self.times
        return torch.exp(-exponent - (math.pi * gaussian_hz[..., None] * self.times) ** 2 / (4 * math.log(2)))

    def _metabolites(self, amplitudes, shifts_hz, widths, gaussian):
        weights = amplitudes.to(torch.complex64)
        if self.preset["shift"]["per"] == "spectrum" and not self._own_widths:
            return (weights @ self.signals) * self._decay(widths[:, 0], gaussian)
        if self.preset["shift"]["per"] == "spectrum":
            modulation = self._decay(widths, torch.zeros_like(widths)).to(torch.complex64)
        else:
            decay = self._decay(widths, torch.zeros_like(widths)) if self._own_widths else torch.ones_like(shifts_hz)[..., None]
            turn = 2 * math.pi * shifts_hz[..., None] * self.times
            modulation = torch.polar(decay.expand_as(turn), turn)
        summed = torch.einsum("bm,mn,bmn->bn", weights, self.signals, modulation)
        common = torch.zeros_like(gaussian) if self._own_widths else widths[:, 0]
        return summed * self._decay(common, gaussian)

    @property
    def _own_widths(self):
        rule = self.preset["lorentzian"]
        return rule["kind"] == "t2" or rule["per"] == "metabolite"

    def _macromolecules(self, draw, metabolites, amplitudes, shift_hz, width_hz, gaussian):
        """@returns signals [B, 512], their amount in basis units [B], their first points [B]"""
        rule = self.preset["macromolecules"]
        value = draw.uniform(*rule["range"])
        if rule["shape"] == "varied":
            one, protons = self.lines.varied(draw, self.sample, self.times)
            first = protons.to(torch.complex64)
            area = protons / MAC_PROTONS
        else:
            one = (self.mm_signal * self.units_per_amount).expand(draw.count, -1)
            first = torch.full((draw.count,), self.mm_first * self.units_per_amount, device=self.device, dtype=torch.complex64)
            area = torch.ones(draw.count, device=self.device)
        broadening = gaussian if rule["follows"] else torch.zeros_like(gaussian)
        one = one * self._decay(width_hz, broadening) * self._turn(shift_hz, torch.zeros_like(shift_hz))
        amount = value
        if rule["unit"] == "heightRatio":
            metabolite_first = amplitudes.to(torch.complex64) @ self.first
            amount = value * self._height(metabolites, metabolite_first) / self._height(one, first)
        return one * amount[:, None], amount * area * self.units_per_amount, first * amount

    def _water_reference(self, gaussian):
        """A line as narrow as the basis signals, with the case's shim."""
        rule = self.preset["waterReference"]
        if rule is None:
            return 0.0, 0.0
        decay = self._decay(torch.full_like(gaussian, self.basis.linewidth_hz), gaussian)
        angle = 2 * math.pi * (REFERENCE_PPM - rule["ppm"]) * self.sample / BANDWIDTH_PPM
        line = torch.polar(decay, angle.expand_as(decay))
        line[:, :EARLY_SAMPLES] += self.water_early
        return rule["amplitude"] * line, rule["amplitude"]

    def _water_early(self):
        """What the first canonical samples of the line lack, see canonical.in_band; its width hardly matters for them."""
        rule = self.preset["waterReference"]
        if rule is None:
            return None
        gaussian_hz = sum(self.preset["gaussianHz"]) / 2

        def line(times_s, zero_ppm):
            envelope = np.exp(-np.pi * self.basis.linewidth_hz * times_s - (np.pi * gaussian_hz * times_s) ** 2 / (4 * np.log(2)))
            return (envelope * np.exp(2j * np.pi * (zero_ppm - rule["ppm"]) * self.frequency_mhz * times_s))[None]

        sampled = line(np.arange(POINTS) / (BANDWIDTH_PPM * self.frequency_mhz), REFERENCE_PPM)
        native = line(np.arange(self.basis.points) * self.basis.dwell_s, WATER_PPM)
        exact = in_band(sampled, native, self.basis.dwell_s, self.frequency_mhz)
        return torch.from_numpy(exact - sampled)[0, :EARLY_SAMPLES].to(self.device, torch.complex64)

    def _height(self, fid, first, kind="real", window_ppm=None):
        """Tallest point of spectra as the native sampling has them (a plain sum over samples, the first counted in full)."""
        spectrum = torch.fft.fft(fid * self.kept, n=HEIGHT_POINTS)
        canonical_dwell_s = 1 / (BANDWIDTH_PPM * self.frequency_mhz)
        spectrum = (spectrum - 0.5 * fid[:, :1]) * (canonical_dwell_s / self.basis.dwell_s) + 0.5 * first[:, None]
        if window_ppm is not None:
            step = BIN_PPM * TRANSFORM_POINTS / HEIGHT_POINTS
            low, high = (round((REFERENCE_PPM - ppm) / step) for ppm in reversed(window_ppm))
            spectrum = spectrum[:, low : high + 1]
        return (spectrum.real if kind == "real" else spectrum.abs()).amax(dim=1)

    def _noise_sd(self, snr, metabolites, first, whole_first, amplitudes, widths, gaussian):
        """Per real channel of the native signal."""
        definition = self.preset["snr"]["definition"]
        spectral_noise = math.sqrt(self.basis.points)
        if definition == "firstPoint":
            return whole_first.abs() / snr
        if definition == "waterReference":
            return self.preset["waterReference"]["amplitude"] / snr
        if definition == "largestPeak" or "NAA" not in self.names:
            kind = "magnitude" if definition == "largestPeak" else "real"
            return self._height(metabolites, first, kind) / (snr * spectral_noise)
        column = self.names.index("NAA")
        naa = amplitudes[:, column, None] * self.signals[column] * self._decay(widths[:, column], gaussian)
        return self._height(naa, amplitudes[:, column] * self.first[column], "real", NAA_WINDOW_PPM) / (snr * spectral_noise)


class _Draw:
    """Random numbers for one batch."""

    def __init__(self, count, generator, device):
        self.count, self.generator, self.device = count, generator, device

    def uniform(self, low, high, columns=None):
        """[B], or [B, columns]"""
        shape = (self.count,) if columns is None else (self.count, columns)
        return low + (high - low) * torch.rand(shape, generator=self.generator, device=self.device)

    def standard_normal(self, columns=None):
        """[B], or [B, columns]"""
        shape = (self.count,) if columns is None else (self.count, columns)
        return torch.randn(shape, generator=self.generator, device=self.device)

    def snr(self, distribution):
        """[B]"""
        if distribution["kind"] == "normal":
            return (distribution["mean"] + distribution["sd"] * self.standard_normal()).clamp(min=distribution["least"])
        low, high = distribution["range"]
        if distribution["kind"] == "uniform":
            return self.uniform(low, high)
        return torch.exp(self.uniform(math.log(low), math.log(high)))
