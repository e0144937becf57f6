"""Transients drawn from a preset, many at once, directly on the canonical grid (torch, CPU or CUDA).

Every transient is a set of its own here: composition, field and widths are new with each. What the preset's fields mean is
told in src/core/basis/simulatedTransients/presets.ts.
"""

import math
from dataclasses import dataclass, fields

import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM
from training.fpc.presets import MACROMOLECULES, load_bases

# A scan that leaves the metabolites out of its band is none: the dwell time is drawn within this bandwidth. [ppm]
LEAST_BANDWIDTH_PPM = 6.6


@dataclass
class Transients:
    """Signals [count, 512] (complex64) and their truth."""

    signal: torch.Tensor  # as measured: offsets, nuisance lines and noise in it, largest magnitude 1
    target: torch.Tensor  # the same transient without nuisance lines and noise
    reference: torch.Tensor  # the same object noiseless at zero offset, without nuisance lines, on the same scale
    shift_ppm: torch.Tensor
    phase_rad: torch.Tensor
    frequency_mhz: torch.Tensor
    noise_sd: torch.Tensor  # of the real and of the imaginary part, each, on the scale of `signal`

    def to(self, device):
        """The same on another device."""
        return Transients(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})

    def inputs(self):
        """What a network takes: float32 [count, 2, 512]."""
        return torch.stack([self.signal.real, self.signal.imag], 1)


class Simulator:
    """Draws batches of a preset; the same seed gives the same transients on one device type."""

    def __init__(self, preset, device="cpu", shift_ppm=None):
        """shift_ppm: half range of uniform shifts in ppm in place of the preset's in Hz (None: the preset's)."""
        self.preset = preset
        self.device = device
        self.shift_ppm = shift_ppm
        self.bases = load_bases(preset)
        self.entries = preset["bases"]
        self.names = sorted({name for basis in self.bases.values() for name in basis.names})
        self.signals, self.first = self._tables()
        self.index = torch.arange(POINTS, device=device, dtype=torch.float32)

    def _tables(self):
        signals = torch.zeros(len(self.entries), len(self.names), POINTS, dtype=torch.complex64)
        first = torch.zeros(len(self.entries), len(self.names), dtype=torch.complex64)
        for e, entry in enumerate(self.entries):
            basis = self.bases[entry["id"]]
            for row, name in enumerate(basis.names):
                signals[e, self.names.index(name)] = torch.from_numpy(basis.signals[row]).to(torch.complex64)
                first[e, self.names.index(name)] = complex(basis.first[row])
        return signals.to(self.device), first.to(self.device)

    def draw(self, count, generator):
        """@returns Transients, `count` of them"""
        draw = _Draw(count, generator, self.device)
        entry = draw.choice([e["weight"] for e in self.entries])
        bounds = torch.tensor([e["spectrometerFrequencyMHz"] for e in self.entries], device=self.device)[entry]
        frequency = bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * draw.uniform(0, 1)
        times = self.index / (BANDWIDTH_PPM * frequency[:, None])
        clean, size = self._metabolites(draw, entry, times)
        transient = clean * torch.exp(-math.pi * draw.normal(self.preset["dampingHz"]).clamp(min=0)[:, None] * times)
        nuisance = sum(self._nuisance(draw, rule, size, frequency, times) for rule in self.preset["nuisances"])
        factor = self._eddy_currents(draw, clean, times) * self._moved(draw, times)
        factor = factor * draw.normal(self.preset["amplitude"])[:, None]
        shift_ppm, phase = self._offsets(draw, frequency)
        turn = phase[:, None] + 2 * math.pi * (shift_ppm * frequency)[:, None] * times
        dwell, kept = self._sampling(draw, frequency)
        snr = draw.uniform(*self.preset["snr"]["range"])
        # White noise in the scan's band: its density stays, so its SD grows with the root of the canonical bandwidth.
        noise_sd = size / snr * torch.sqrt(BANDWIDTH_PPM * frequency * dwell)
        noise = torch.complex(*(draw.standard_normal(POINTS) for _ in range(2))) * noise_sd[:, None]
        factor = factor * torch.polar(torch.ones_like(turn), turn)
        signal = ((transient + nuisance) * factor + noise) * kept
        scale = signal.abs().amax(dim=1, keepdim=True)
        return Transients(signal / scale, transient * factor * kept / scale, clean * kept / scale, shift_ppm, phase, frequency, noise_sd / scale[:, 0])

    def _metabolites(self, draw, entry, times):
        amounts = self._amounts(draw)
        clean = torch.empty(draw.count, POINTS, dtype=torch.complex64, device=self.device)
        size = torch.empty(draw.count, device=self.device)
        for e in range(len(self.entries)):
            rows = torch.nonzero(entry == e).squeeze(1)
            own = amounts[rows].to(torch.complex64)
            clean[rows] = own @ self.signals[e]
            size[rows] = (own @ self.first[e]).abs()
        lorentzian = draw.uniform(*self.preset["lorentzianHz"])[:, None]
        gaussian = draw.uniform(*self.preset["gaussianHz"])[:, None]
        decay = math.pi * lorentzian * times + (math.pi * gaussian * times) ** 2 / (4 * math.log(2))
        return clean * torch.exp(-decay), size

    def _amounts(self, draw):
        profiles = self.preset["profiles"]
        low = torch.zeros(len(profiles), len(self.names), device=self.device)
        high = torch.zeros_like(low)
        for p, profile in enumerate(profiles):
            for name, bounds in {**profile["concentrations"], MACROMOLECULES: profile["macromolecules"]}.items():
                if name in self.names:
                    low[p, self.names.index(name)], high[p, self.names.index(name)] = bounds
        chosen = draw.choice([profile["weight"] for profile in profiles])
        return low[chosen] + (high - low)[chosen] * draw.uniform(0, 1, len(self.names))

    def _nuisance(self, draw, nuisance, size, frequency, times):
        present = draw.uniform(0, 1) < nuisance["probability"]
        total = torch.zeros(draw.count, POINTS, dtype=torch.complex64, device=self.device)
        for line in nuisance["lines"]:
            place = draw.uniform(*line["ppm"])
            amplitude = draw.uniform(*line["amplitude"]) * size * present
            width = draw.uniform(*line["widthHz"])
            phase = torch.deg2rad(draw.uniform(*line["phaseDeg"]))
            turn = phase[:, None] + 2 * math.pi * ((REFERENCE_PPM - place) * frequency)[:, None] * times
            total = total + torch.polar(amplitude[:, None] * torch.exp(-math.pi * width[:, None] * times), turn)
        return total

    def _eddy_currents(self, draw, clean, times):
        """The best straight line of the eddy currents' phase is an offset, so it is taken out: truth stays truth."""
        rule = self.preset["eddyCurrents"]
        if rule is None:
            return torch.ones_like(clean)
        present = draw.uniform(0, 1) < rule["probability"]
        terms = torch.floor(draw.uniform(rule["terms"][0], rule["terms"][1] + 1))
        phase = torch.zeros_like(times)
        for term in range(int(rule["terms"][1])):
            amplitude = torch.deg2rad(draw.uniform(*rule["amplitudeDeg"])) * (terms > term) * present
            constant = draw.uniform(*rule["timeConstantMs"])[:, None] / 1000
            phase = phase + amplitude[:, None] * (1 - torch.exp(-times / constant))
        weight = clean.abs() ** 2
        weight = weight / weight.sum(dim=1, keepdim=True)
        middle = (weight * times).sum(dim=1, keepdim=True)
        spread = (weight * (times - middle) ** 2).sum(dim=1, keepdim=True)
        level = (weight * phase).sum(dim=1, keepdim=True)
        slope = (weight * (times - middle) * phase).sum(dim=1, keepdim=True) / spread
        residual = phase - level - slope * (times - middle)
        return torch.polar(torch.ones_like(residual), residual)

    def _moved(self, draw, times):
        """Scale and broadening of a moved transient; its further offset is within the range that is drawn anyway."""
        rule = self.preset["moved"]
        if rule is None:
            return torch.ones_like(times)
        present = draw.uniform(0, 1) < rule["probability"]
        scale = torch.where(present, draw.uniform(*rule["scale"]), 1.0)
        broadening = torch.where(present, draw.uniform(*rule["broadeningHz"]), 0.0)
        return scale[:, None] * torch.exp(-math.pi * broadening[:, None] * times)

    def _offsets(self, draw, frequency):
        if self.shift_ppm is None:
            shift_ppm = draw.uniform(*self.preset["shiftHz"]) / frequency
        else:
            shift_ppm = draw.uniform(-self.shift_ppm, self.shift_ppm)
        return shift_ppm, torch.deg2rad(draw.uniform(*self.preset["phaseDeg"]))

    def _sampling(self, draw, frequency):
        """Dwell time [s] and a mask of the canonical samples that the scan is long enough for."""
        low, high = (math.log(v) for v in self.preset["sampling"]["dwellTimeS"])
        dwell = torch.exp(draw.uniform(low, high))
        dwell = torch.minimum(dwell, 1 / (LEAST_BANDWIDTH_PPM * frequency))
        lengths = self.preset["sampling"]["points"]
        points = torch.tensor(lengths, device=self.device)[draw.choice([1.0] * len(lengths))]
        available = points * dwell * BANDWIDTH_PPM * frequency
        return dwell, (self.index[None, :] < available[:, None]).to(torch.float32)


class _Draw:
    """Random numbers for one batch."""

    def __init__(self, count, generator, device):
        self.count, self.generator, self.device = count, generator, device

    def uniform(self, low, high, columns=None):
        shape = (self.count,) if columns is None else (self.count, columns)
        return low + (high - low) * torch.rand(shape, generator=self.generator, device=self.device)

    def standard_normal(self, columns):
        return torch.randn(self.count, columns, generator=self.generator, device=self.device)

    def normal(self, rule):
        return rule["mean"] + rule["sd"] * torch.randn(self.count, generator=self.generator, device=self.device)

    def choice(self, weights):
        table = torch.tensor(weights, dtype=torch.float32, device=self.device)
        return torch.multinomial(table, self.count, replacement=True, generator=self.generator)
