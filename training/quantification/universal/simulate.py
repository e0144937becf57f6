"""Spectra of any field, echo time and lineshape with their truth, many at once on the canonical grid (torch, CPU or CUDA).

Basis sets are those shipped, scaled in frequency (which leaves the canonical grid unchanged) and mixed two by two, so that
no protocol can be learnt by heart. Every rule of simulation.json is explained where it is used.
"""

import json
import math
from dataclasses import dataclass, fields
from pathlib import Path

import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, TRANSFORM_POINTS
from training.fpc.presets import BASES
from training.quantification.basis import load_quantification_basis
from training.quantification.canonical import BINS, EFFECTIVE_POINTS, FIRST_BIN
from training.quantification.macromolecules import LINES as CHEN_LINES
from training.quantification.macromolecules import WIDTH_FREQUENCY_MHZ
from training.quantification.universal.splines import SPLINE_INTERVALS, second_differences, spline_matrix

RULES_PATH = Path(__file__).with_name("simulation.json")
MACROMOLECULES = "Mac"
# The common shift is that of these singlets' mean; each metabolite's own shift is told against it.
SHIFT_ANCHORS = ("NAA", "Cr", "PCr", "GPC", "PCho")
# A scan that leaves the metabolites out of its band is none.
LEAST_BANDWIDTH_PPM = 6.6
# Basis mixtures in one batch.
MIXTURES = 6
BLOCK = 16
# Canonical samples that macromolecules last: the narrowest line, of 0.04 ppm, has fallen to 0.4 % by then.
BROAD_POINTS = 256


def load_rules():
    """simulation.json"""
    return json.loads(RULES_PATH.read_text())


def echo_time_s(basis_id):
    """From the basis set's card."""
    return json.loads((BASES / f"{basis_id}.json").read_text())["echoTimeS"]


def all_names(rules):
    """Metabolites of all basis sets of the rules, sorted: the order of every column of truth."""
    ids = {basis_id for entry in rules["bases"] for basis_id in entry["ids"]}
    return sorted({name for basis_id in ids for name in load_quantification_basis(basis_id).names} - {MACROMOLECULES})


@dataclass
class Spectra:
    """Band spectra [B, 512] (complex64, largest magnitude 1) and their truth on that scale."""

    spectrum: torch.Tensor
    background: torch.Tensor  # what is not the metabolites: in the frame of the basis, zero phase and shift
    conditions: torch.Tensor  # [B, 4], see networks.py
    amplitudes: torch.Tensor  # [B, M] basis units over the scale, in the canonical FFT's units
    phase_deg: torch.Tensor  # [B]
    shift_ppm: torch.Tensor  # [B] common
    deviation_ppm: torch.Tensor  # [B, M] own shifts against the common one
    lorentzian_ppm: torch.Tensor  # [B]
    gaussian_ppm: torch.Tensor  # [B]
    roughness: torch.Tensor  # [B] RMS second difference of the baseline's spline coefficients, see splines.py
    noise_sd: torch.Tensor  # [B] per real channel of the spectrum
    frequency_mhz: torch.Tensor  # [B]
    covered: torch.Tensor  # [B] canonical samples that the scan has
    mixture: torch.Tensor  # [B] row of `bases`
    names: list  # of the columns
    bases: torch.Tensor  # [mixtures, M + 1, 512] canonical signals; the last is the macromolecules' (zeros where none)

    def inputs(self):
        """What the network takes: [B, 2, 512] and [B, 4]."""
        return torch.stack([self.spectrum.real, self.spectrum.imag], 1), self.conditions

    def to(self, device):
        """The same on another device."""
        moved = {f.name: getattr(self, f.name) for f in fields(self)}
        return Spectra(**{name: v.to(device) if isinstance(v, torch.Tensor) else v for name, v in moved.items()})


def joined(parts):
    """Several draws as one."""
    offset, merged = 0, {field.name: [] for field in fields(Spectra)}
    for part in parts:
        for name, values in merged.items():
            values.append(part.mixture + offset if name == "mixture" else getattr(part, name))
        offset += part.bases.shape[0]
    return Spectra(**{name: values[0] if name == "names" else torch.cat(values) for name, values in merged.items()})


def conditions_of(frequency_mhz, echo_time_s_, noise_sd, covered):
    """[B] each (noise SD over the input's scale, covered canonical samples) → [B, 4], the network's second input."""
    return torch.stack(
        [torch.log(frequency_mhz / 123.25), echo_time_s_ / 0.1, torch.log(noise_sd), covered / POINTS], 1
    ).to(torch.float32)


def band_of(fid):
    """Canonical signals [..., 512] → band spectra [..., 512], without the division by 8 ppm · f0 that a common scale drops."""
    weights = torch.ones(POINTS, device=fid.device)
    weights[0] = 0.5
    spectrum = torch.fft.fft(fid * weights, n=TRANSFORM_POINTS)
    return torch.cat([spectrum[..., FIRST_BIN:], spectrum[..., : FIRST_BIN + BINS]], dim=-1)


def complex_exponential(values):
    """e^z: real parts one by one are several times faster than torch's complex exponential."""
    size, angle = torch.exp(values.real), values.imag
    return torch.complex(size * torch.cos(angle), size * torch.sin(angle))


def exponentials(rate):
    """e^{rate·n}, n = 0 … 511, rates [...] complex per sample → [..., 512]: an outer product of two short tables."""
    inner = complex_exponential(rate[..., None] * torch.arange(BLOCK, device=rate.device))
    outer = complex_exponential(rate[..., None] * (BLOCK * torch.arange(POINTS // BLOCK, device=rate.device)))
    return (outer[..., :, None] * inner[..., None, :]).flatten(-2)


def usual_lines():
    """One unit of macromolecules, canonical [512]."""
    ppm, height, width_hz = torch.tensor([list(line) for line in CHEN_LINES], dtype=torch.float64).T
    time = torch.arange(POINTS) / BANDWIDTH_PPM
    decay = torch.exp(-((math.pi * width_hz[:, None] / WIDTH_FREQUENCY_MHZ * time) ** 2) / (4 * math.log(2)))
    turn = torch.exp(2j * math.pi * (REFERENCE_PPM - ppm[:, None]) * time)
    return ((3 * height * width_hz / (0.72 * 21)).to(turn.dtype) @ (turn * decay)).to(torch.complex64)


class UniversalSimulator:
    """Draws batches; the same seed gives the same spectra on one device type."""

    def __init__(self, device="cpu", rules=None, bases=None, **replaced):
        """bases: entries in place of the rules' (as there); replaced: further top-level fields of the rules."""
        self.rules = {**(rules or load_rules()), **replaced}
        self.device = device
        self.names = all_names(load_rules())
        self.entries = bases or self.rules["bases"]
        ids = sorted({basis_id for entry in self.entries for basis_id in entry["ids"]})
        self.loaded = {basis_id: load_quantification_basis(basis_id) for basis_id in ids}
        self.tables = {basis_id: self._table(self.loaded[basis_id]) for basis_id in ids}
        self.echo_times = {basis_id: echo_time_s(basis_id) for basis_id in ids}
        self.index = torch.arange(POINTS, device=device, dtype=torch.float32)
        self.usual_lines = usual_lines().to(device)
        coefficients = torch.linalg.pinv(spline_matrix(BINS, SPLINE_INTERVALS).double())
        self.to_differences = (coefficients @ second_differences(SPLINE_INTERVALS + 3).T).float().to(device)
        self.anchors = torch.tensor([float(name in SHIFT_ANCHORS) for name in self.names], device=device) / len(SHIFT_ANCHORS)

    def _table(self, basis):
        table = torch.zeros(len(self.names) + 1, POINTS, dtype=torch.complex64)
        for row, name in enumerate(basis.names):
            at = len(self.names) if name == MACROMOLECULES else self.names.index(name)
            table[at] = torch.from_numpy(basis.signals[row]).to(torch.complex64)
        return table.to(self.device)

    @torch.no_grad()
    def draw(self, count, generator):
        """@returns Spectra, `count` of them"""
        draw = _Draw(count, generator, self.device)
        bases, mixture, frequency, echo_time = self._mixtures(draw)
        amounts, broad_amount = self._amounts(draw)
        lorentzian, gaussian = self._widths(draw, frequency)
        shifts, common, deviations, width_deviations = self._shifts(draw)
        rate = -2j * math.pi * (shifts - common[:, None]) - math.pi * width_deviations.clamp(min=-lorentzian[:, None])
        modulation = exponentials((rate / BANDWIDTH_PPM).to(torch.complex64))
        metabolites = torch.empty(count, POINTS, dtype=torch.complex64, device=self.device)
        for k in range(bases.shape[0]):
            rows = torch.nonzero(mixture == k).squeeze(1)
            if rows.numel():
                signals = modulation[rows] * bases[k, :-1]
                metabolites[rows] = torch.bmm(amounts[rows, None].to(torch.complex64), signals).squeeze(1)
        metabolites = metabolites * self._decay(lorentzian, gaussian)
        dwell, covered = self._sampling(draw, frequency)
        kept = (self.index < covered[:, None]).to(torch.float32)
        peak = band_of(metabolites * kept).abs().amax(1)
        broad, usual = self._macromolecules(draw, broad_amount, echo_time)
        background = broad + self._baselines(draw, peak)
        roughness = self._roughness(band_of((background - usual) * kept))
        clean = (metabolites + background) * self._eddy_currents(draw, metabolites, frequency)
        phase = torch.deg2rad(draw.uniform(*self.rules["phaseDeg"]))
        turn = phase[:, None] - 2 * math.pi * common[:, None] * self.index / BANDWIDTH_PPM
        fid = clean * torch.polar(torch.ones_like(turn), turn) * kept
        noise_sd = peak / draw.snr(self.rules["snr"])
        noise = torch.complex(draw.standard_normal(POINTS), draw.standard_normal(POINTS))
        fid = fid + noise * kept * (noise_sd / torch.sqrt(covered - (POINTS - EFFECTIVE_POINTS)))[:, None]
        spectrum = band_of(fid) * self._first_order_phase(draw)
        scale = spectrum.abs().amax(1)
        noise_sd = noise_sd / scale
        return Spectra(
            spectrum=spectrum / scale[:, None], background=band_of(background * kept) / scale[:, None],
            conditions=conditions_of(frequency, echo_time, noise_sd, covered), amplitudes=amounts / scale[:, None],
            phase_deg=torch.rad2deg(phase), shift_ppm=common, deviation_ppm=deviations, lorentzian_ppm=lorentzian,
            gaussian_ppm=gaussian, roughness=roughness / scale, noise_sd=noise_sd, frequency_mhz=frequency, covered=covered, mixture=mixture,
            names=self.names, bases=bases,
        )  # fmt: skip

    def _mixtures(self, draw):
        """Of two basis sets of one entry, in random parts; a third of them pure."""
        chosen = draw.choice([entry["weight"] for entry in self.entries], MIXTURES).tolist()
        part = torch.where(draw.uniform(0, 1, MIXTURES)[0] < 0.33, 0.0, draw.uniform(0, 1, MIXTURES)[0])
        bases, times, low, high = [], [], [], []
        for k, entry in enumerate(self.entries[e] for e in chosen):
            a, b = (entry["ids"][i] for i in draw.choice([1.0] * len(entry["ids"]), 2).tolist())
            bases.append((1 - part[k]) * self.tables[a] + part[k] * self.tables[b])
            times.append((1 - part[k]) * self.echo_times[a] + part[k] * self.echo_times[b])
            low.append(entry["spectrometerFrequencyMHz"][0])
            high.append(entry["spectrometerFrequencyMHz"][1])
        mixture = torch.arange(draw.count, device=self.device) % MIXTURES
        low, high = (torch.tensor(v, device=self.device, dtype=torch.float32)[mixture] for v in (low, high))
        return torch.stack(bases), mixture, low + (high - low) * draw.uniform(0, 1), torch.stack(times)[mixture]

    def _amounts(self, draw):
        """Amounts [B, M] and macromolecules [B]; one in eight metabolites of "anything" is absent."""
        profiles = self.rules["profiles"]
        bounds = torch.tensor(
            [[p["concentrations"].get(name, [0, 1]) for name in self.names] + [p["macromolecules"]] for p in profiles],
            device=self.device, dtype=torch.float32,
        )  # fmt: skip
        chosen = draw.choice([profile["weight"] for profile in profiles])
        own = bounds[chosen]
        amounts = own[..., 0] + (own[..., 1] - own[..., 0]) * draw.uniform(0, 1, len(self.names) + 1)
        absent = (draw.uniform(0, 1, len(self.names) + 1) < 0.125) & (own[..., 0] == 0)
        amounts = torch.where(absent, 0.0, amounts)
        return amounts[:, :-1], amounts[:, -1]

    def _widths(self, draw, frequency):
        """FWHM in ppm; lines of low fields are wider in ppm, with the root of the field."""
        rules = self.rules["lineshapes"]
        chosen = draw.choice([rule["weight"] for rule in rules])
        bounds = torch.tensor([[*r["lorentzianPpm"], *r["gaussianPpm"]] for r in rules], device=self.device)[chosen]
        wider = torch.sqrt(123.25 / frequency).clamp(min=1.0)
        lorentzian = bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * draw.uniform(0, 1)
        return lorentzian * wider, (bounds[:, 2] + (bounds[:, 3] - bounds[:, 2]) * draw.uniform(0, 1)) * wider

    def _shifts(self, draw):
        """@returns shift of each metabolite, their common one, the differences, and Lorentzian deviations; ppm"""
        rules = self.rules["deviations"]
        chosen = draw.choice([rule["weight"] for rule in rules])
        table = torch.tensor(
            [[r["shiftSdPpm"], r["shiftHalfRangePpm"], r["lorentzianSdPpm"]] for r in rules], device=self.device, dtype=torch.float32
        )[chosen]
        count = len(self.names)
        own = table[:, :1] * draw.standard_normal(count) + table[:, 1:2] * draw.uniform(-1, 1, count)
        mean = own @ self.anchors
        common = draw.uniform(*self.rules["shiftPpm"])
        # Where shifts are each metabolite's own, the range of the common one is what they leave of it.
        common = torch.where(table[:, 1] > 0, 0.45 * common, common)
        return own + common[:, None], common + mean, own - mean[:, None], table[:, 2:] * draw.standard_normal(count)

    def _decay(self, lorentzian_ppm, gaussian_ppm):
        time = self.index / BANDWIDTH_PPM
        exponent = math.pi * lorentzian_ppm[:, None] * time
        return torch.exp(-exponent - (math.pi * gaussian_ppm[:, None] * time) ** 2 / (4 * math.log(2)))

    def _roughness(self, baseline):
        """Of band spectra [B, 512], real part."""
        return (baseline.real @ self.to_differences).square().mean(1).sqrt()

    def _macromolecules(self, draw, amount, echo_time):
        """Chen's lines, their heights, widths and places varied, and the same unvaried; T2 takes both away at long echo times."""
        rule = self.rules["macromolecules"]
        table = torch.tensor([list(line) for line in CHEN_LINES], device=self.device, dtype=torch.float32)
        ppm, height, width_hz = table[:, 0], table[:, 1], table[:, 2]
        count = table.shape[0]
        height = height * (1 + draw.uniform(*rule["heightSpread"])[:, None] * draw.standard_normal(count)).clamp(min=0.1)
        factor = (1 + draw.uniform(*rule["widthSpread"])[:, None] * draw.standard_normal(count)).clamp(min=0.4)
        width_ppm = width_hz / WIDTH_FREQUENCY_MHZ * factor
        place = ppm + rule["shiftSdPpm"] * draw.standard_normal(count)
        t2 = draw.uniform(*rule["t2Ms"]) / 1000
        amount = amount * torch.exp(-(echo_time - rule["referenceEchoTimeMs"] / 1000) / t2)
        protons = 3 * height * width_hz * factor / (0.72 * 21) * amount[:, None]
        turns = exponentials((2j * math.pi * (REFERENCE_PPM - place) / BANDWIDTH_PPM).to(torch.complex64))[..., :BROAD_POINTS]
        squares = (self.index[:BROAD_POINTS] / BANDWIDTH_PPM) ** 2
        decay = torch.exp((-((math.pi * width_ppm) ** 2) / (4 * math.log(2)))[..., None] * squares)
        weighted = protons[..., None] * decay
        varied = torch.zeros_like(self.usual_lines).repeat(amount.shape[0], 1)
        varied[:, :BROAD_POINTS] = torch.complex((weighted * turns.real).sum(1), (weighted * turns.imag).sum(1))
        return varied, amount[:, None] * self.usual_lines

    def _baselines(self, draw, peak):
        """Smooth Gaussians, lipid, water's feet. Heights are over the metabolites' tallest point, log-uniform."""
        rule = self.rules["smoothBaseline"]
        present = draw.uniform(0, 1) < rule["probability"]
        total = 0
        for _ in range(rule["lines"]):
            line = {"ppm": rule["ppm"], "height": rule["height"], "widthPpm": rule["widthPpm"], "phaseDeg": [-180, 180]}
            total = total + self._line(draw, line, peak * present, gaussian=True)
        for nuisance in self.rules["nuisances"]:
            present = draw.uniform(0, 1) < nuisance["probability"]
            for line in nuisance["lines"]:
                total = total + self._line(draw, line, peak * present, gaussian=False)
        return total

    def _line(self, draw, rule, unit, gaussian):
        width = draw.log_uniform(*rule["widthPpm"])
        place = draw.uniform(*rule["ppm"])
        phase = torch.deg2rad(draw.uniform(*rule["phaseDeg"]))
        # Height of a line in the canonical FFT's units: amplitude · samples of its decay.
        samples = BANDWIDTH_PPM / (math.pi * width) * (math.sqrt(math.pi * math.log(2)) if gaussian else 1.0)
        amplitude = draw.log_uniform(*rule["height"]) * unit / samples
        zero = torch.zeros_like(width)
        decay = self._decay(zero, width) if gaussian else self._decay(width, zero)
        turn = exponentials((2j * math.pi * (REFERENCE_PPM - place) / BANDWIDTH_PPM).to(torch.complex64))
        return torch.polar(amplitude, phase)[:, None] * turn * decay

    def _eddy_currents(self, draw, clean, frequency):
        """A decaying phase without its best straight line, which is phase and shift."""
        rule = self.rules["eddyCurrents"]
        present = draw.uniform(0, 1) < rule["probability"]
        time = self.index / (BANDWIDTH_PPM * frequency[:, None])
        constant = draw.uniform(*rule["timeConstantMs"])[:, None] / 1000
        phase = (torch.deg2rad(draw.uniform(*rule["amplitudeDeg"])) * present)[:, None] * (1 - torch.exp(-time / constant))
        weight = clean.real**2 + clean.imag**2
        weight = weight / weight.sum(1, keepdim=True)
        middle = (weight * time).sum(1, keepdim=True)
        spread = (weight * (time - middle) ** 2).sum(1, keepdim=True)
        level = (weight * phase).sum(1, keepdim=True)
        slope = (weight * (time - middle) * phase).sum(1, keepdim=True) / spread
        residual = phase - level - slope * (time - middle)
        return torch.polar(torch.ones_like(residual), residual)

    def _first_order_phase(self, draw):
        """About the middle of the range that singlets stand in."""
        ppm = REFERENCE_PPM - BANDWIDTH_PPM / TRANSFORM_POINTS * (FIRST_BIN + torch.arange(BINS, device=self.device))
        slope = torch.deg2rad(self.rules["phase1SdDegPerPpm"] * draw.standard_normal(1))
        turn = slope * (ppm - 2.6)
        return torch.polar(torch.ones_like(turn), turn)

    def _sampling(self, draw, frequency):
        """@returns dwell time [s] and canonical samples that the scan covers"""
        rule = self.rules["sampling"]
        dwell = torch.minimum(draw.log_uniform(*rule["dwellTimeS"]), 1 / (LEAST_BANDWIDTH_PPM * frequency))
        points = torch.tensor(rule["points"], device=self.device)[draw.choice([1.0] * len(rule["points"]))]
        return dwell, torch.ceil(points * dwell * BANDWIDTH_PPM * frequency).clamp(min=96, max=POINTS)


def draw_set(simulator, count, seed, batch=250):
    """Spectra of one seed, drawn in batches."""
    generator = torch.Generator(simulator.device).manual_seed(seed)
    return joined([simulator.draw(min(batch, count - at), generator) for at in range(0, count, batch)])


class _Draw:
    """Random numbers for one batch."""

    def __init__(self, count, generator, device):
        self.count, self.generator, self.device = count, generator, device

    def uniform(self, low, high, columns=None):
        """[B], or [B, columns]"""
        shape = (self.count,) if columns is None else (self.count, columns)
        return low + (high - low) * torch.rand(shape, generator=self.generator, device=self.device)

    def log_uniform(self, low, high):
        return torch.exp(self.uniform(math.log(low), math.log(high)))

    def standard_normal(self, columns):
        return torch.randn(self.count, columns, generator=self.generator, device=self.device)

    def choice(self, weights, count=None):
        table = torch.tensor(weights, dtype=torch.float32, device=self.device)
        return torch.multinomial(table, count or self.count, replacement=True, generator=self.generator)

    def snr(self, rules):
        """Log-uniform within the range of a rule chosen by weight."""
        bounds = torch.tensor([[math.log(v) for v in r["range"]] for r in rules], device=self.device)
        bounds = bounds[self.choice([r["weight"] for r in rules])]
        return torch.exp(bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * self.uniform(0, 1))
