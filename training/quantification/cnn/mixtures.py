"""Training cases by the hundred thousand: the signal model is linear in the amounts, so spectra of every component are made
once, with shifts, widths and phases drawn from the preset, and mixed anew for every case, with noise of its own.

All spectra come out of SetSimulator.draw with one component left in at a time; validation, calibration and test sets are drawn
from it directly and share nothing with these tables.
"""

import math
from dataclasses import dataclass

import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS
from training.quantification.canonical import band_spectrum, inputs_of
from training.quantification.loop import SUMS
from training.quantification.simulate import SetSimulator

CHUNK = 512
EXAMPLE_SEED = 20


@dataclass
class LabelledSpectra:
    """What a network is fed with, and what is true of it."""

    inputs: torch.Tensor  # [B, 2, 512], largest magnitude 1
    scale: torch.Tensor  # [B]
    amounts: torch.Tensor  # [B, free]: one column for each amount that is drawn, macromolecules last; basis units
    snr: torch.Tensor  # [B], as the preset defines it; infinite: none
    noise_sd: torch.Tensor  # [B], per real channel of the canonical signal
    gaussian_hz: torch.Tensor | None = None
    components: torch.Tensor | None = None  # [B, free, 512], real, noiseless, on the inputs' scale

    def __len__(self):
        return self.inputs.shape[0]

    def standardised(self):
        """Mean and SD of the amounts over the scale, [free] each."""
        relative = self.amounts / self.scale[:, None]
        return relative.mean(0), relative.std(0)


class Amounts:
    """Amounts that a preset draws ("free": "tCr" is one of Rizzo's) against the basis signals they are made of."""

    def __init__(self, simulator):
        preset = simulator.preset
        present = {key for _, key in simulator.members}
        self.keys = [key for key in preset["concentrations"] if key in present]
        self.names = [*simulator.names, simulator.basis.macromolecules]
        self.sums = {s: parts for s, parts in SUMS.items() if all(p in self.names for p in parts)}
        self.expansion = torch.zeros(len(self.keys) + 1, len(self.names))
        for column, (_, key) in enumerate(simulator.members):
            self.expansion[self.keys.index(key), column] = 1 / len(preset["sums"].get(key, [key]))
        self.expansion[-1, -1] = 1
        self.summation = torch.zeros(len(self.names), len(self.sums))
        for column, parts in enumerate(self.sums.values()):
            self.summation[[self.names.index(p) for p in parts], column] = 1
        low_high = [preset["concentrations"][key] for key in self.keys]
        macromolecules = [v * simulator.units_per_amount for v in preset["macromolecules"]["range"]]
        self.bounds = torch.tensor([*low_high, macromolecules])

    @property
    def free(self):
        """How many are drawn."""
        return len(self.keys) + 1

    def of_cases(self, cases):
        """Cases of the simulator → their free amounts [B, free]."""
        shares = (self.expansion[:-1, :-1] > 0).float()
        return torch.cat([cases.amplitudes @ shares.T, cases.mm_amount[:, None]], 1)


def drawn_set(simulator, count, seed, without_water=False):
    """`count` cases straight from the simulator. without_water: its water reference taken out again, noise left as it is."""
    amounts = Amounts(simulator)
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        state = generator.get_state()
        cases = simulator.draw(size, generator)
        fid = cases.fid
        if without_water:
            alone = only(simulator, None).draw(size, torch.Generator().set_state(state))
            fid = fid - (alone.clean_fid - alone.background_fid)
        inputs, scale = inputs_of(band_spectrum(fid, simulator.frequency_mhz))
        parts.append((inputs, scale, amounts.of_cases(cases), cases.snr, cases.noise_sd, cases.gaussian_hz))
    return LabelledSpectra(*(torch.cat(column) for column in zip(*parts)))


def only(simulator, key, gaussian_hz=None):
    """
    The same simulator with one metabolite of amount 1 beside the macromolecules, and no water reference; key None: no metabolite
    but the water reference. gaussian_hz: range in place of the preset's.
    """
    preset, water = simulator.preset, simulator.preset["waterReference"]
    changes = {"concentrations": {name: [1.0, 1.0] if name == key else [0.0, 0.0] for name in preset["concentrations"]}}
    if gaussian_hz is not None:
        changes["gaussianHz"] = list(gaussian_hz)
    if key is not None and water is not None:
        changes["waterReference"] = {**water, "amplitude": 0.0}
    return SetSimulator(simulator.basis, preset["id"], simulator.device, snr=(1.0, 1.0), **changes)


@dataclass(frozen=True)
class Jitter:
    """Common shift and phase of metabolites and macromolecules that a preset has none of; half of the cases are spared."""

    shift_hz: float  # SD
    phase_deg: float  # SD


class Mixtures:
    """Spectra of every component, and batches mixed of them."""

    def __init__(self, simulator, entries, seed, jitter=None):
        """entries: how many shifts, widths and phases are drawn for each component (or for all, where they share them)."""
        self.simulator, self.entries = simulator, entries
        self.amounts = Amounts(simulator)
        preset = simulator.preset
        self.shared = preset["shift"]["per"] == "spectrum" and not preset["lorentzian"].get("per") == "metabolite"
        turn = self._turns(jitter, torch.Generator().manual_seed(seed + 1))
        self.tables, self.first = self._tables(seed, turn)
        self.water = None if preset["waterReference"] is None else self._band(self._fids(None, seed)[0])
        self.native_to_canonical = math.sqrt(simulator.basis.dwell_s * BANDWIDTH_PPM * simulator.frequency_mhz)

    def _turns(self, jitter, generator):
        if jitter is None:
            return None
        spared = torch.rand(self.entries, generator=generator) < 0.5
        shift = torch.randn(self.entries, generator=generator) * jitter.shift_hz * ~spared
        phase = torch.deg2rad(torch.randn(self.entries, generator=generator) * jitter.phase_deg) * ~spared
        angle = phase[:, None] + 2 * math.pi * shift[:, None] * self.simulator.times
        return torch.polar(torch.ones_like(angle), angle)

    def _fids(self, key, seed):
        """One component alone → (signals, macromolecules of amount 1), [entries, 512] each."""
        alone = only(self.simulator, key)
        generator = torch.Generator().manual_seed(seed)
        parts = [alone.draw(min(CHUNK, self.entries - s), generator) for s in range(0, self.entries, CHUNK)]
        signal = torch.cat([p.clean_fid - p.background_fid for p in parts])
        mm = torch.cat([p.background_fid / p.mm_amount.clamp(min=1e-12)[:, None] for p in parts])
        return signal, mm

    def _band(self, fid):
        return band_spectrum(fid, self.simulator.frequency_mhz)

    def _tables(self, seed, turn):
        """→ spectra [free, entries, 512] per unit of amount, FIDs' first points [free]"""
        simulator, tables, first = self.simulator, [], []
        for key in self.amounts.keys:
            signal, mm = self._fids(key, seed)
            tables.append(self._band(signal if turn is None else signal * turn))
            own = simulator.first[[column for column, (_, k) in enumerate(simulator.members) if k == key]]
            first.append(own.mean())
        tables.append(self._band(mm if turn is None else mm * turn))
        first.append(torch.tensor(simulator.mm_first, dtype=torch.complex64))
        return torch.stack(tables), torch.stack(first)

    def draw(self, count, generator, snr, water_share=1.0, components=False):
        """
        snr: [count], infinite for none. water_share: part of the cases that have the water reference. components: with the
        spectrum of each.
        @returns LabelledSpectra
        """
        low, high = self.amounts.bounds.T
        drawn = low + (high - low) * torch.rand(count, self.amounts.free, generator=generator)
        rows = 1 if self.shared else self.amounts.free
        pick = torch.randint(self.entries, (rows, count), generator=generator).expand(self.amounts.free, -1)
        spectrum, parts = torch.zeros(count, POINTS, dtype=torch.complex64), []
        for column, table in enumerate(self.tables):
            part = table[pick[column]] * drawn[:, column, None]
            spectrum += part
            if components:
                parts.append(part.real)
        if self.water is not None:
            present = torch.rand(count, generator=generator) < water_share
            spectrum += self.water[pick[0]] * present[:, None]
        sd = self._noise_sd(drawn, snr)
        noise = torch.randn(count, POINTS, 2, generator=generator) * (sd[:, None, None] * self.simulator.kept[:, None])
        spectrum += self._band(torch.view_as_complex(noise))
        inputs, scale = inputs_of(spectrum)
        labelled = LabelledSpectra(inputs, scale, drawn, snr, sd)
        if components:
            labelled.components = torch.stack(parts, 1) / scale[:, None, None]
        return labelled

    def example(self, count=4, snr=20.0):
        """Inputs [count, 2, 512] that show what a network is fed with."""
        return self.draw(count, torch.Generator().manual_seed(EXAMPLE_SEED), torch.full((count,), snr)).inputs

    def _noise_sd(self, drawn, snr):
        """Per real channel of the canonical signal [count]."""
        definition, reference = self.simulator.preset["snr"]["definition"], self.simulator.preset["waterReference"]
        if definition == "waterReference":
            return reference["amplitude"] / snr * self.native_to_canonical
        return (drawn.to(torch.complex64) @ self.first).abs() / snr * self.native_to_canonical
