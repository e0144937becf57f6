"""One command a model: simulate, train, calibrate, export, evaluate, card.

    python -m training.quantification.dq.train dq-nmm@3t-press-30            # also dq-pmm, dq-rpmm; other protocols
    python -m training.quantification.dq.train dq-nmm@3t-press-35 --warm-start WORK/dq-nmm@3t-press-30-best.pt --epochs 3
"""

import json

import numpy as np
import torch

from training.quantification.basis import load_quantification_basis
from training.quantification.calibrate import calibrate_spreads, calibrated_sd, coverage, percentile_limits, whiten_latent
from training.quantification.canonical import band_spectrum, inputs_of, spectrum_noise_sd
from training.quantification.dq.bound import bound_figures
from training.quantification.dq.decoder import Decoder
from training.quantification.dq.export_module import DqExport
from training.quantification.dq.losses import AutoencoderLoss
from training.quantification.dq.networks import Encoder
from training.quantification.dq.prior import initialise, make_prior, spread_table
from training.quantification.export import PROTOCOLS, protocol_card, publish, trained_amounts, training_card
from training.quantification.figures import mape, r_squared, rounded_row, test_set, with_sums
from training.quantification.loop import CALIBRATION_SEED_STEP, WEIGHT_SEED, Loop, draw_set, parse_arguments, sum_matrix
from training.quantification.simulate import SetSimulator, joined

PRESET = "dq"
TEST_CASES = 2000
# The latent is of the order of 4, and adds up rounding errors of sixteen layers.
TOLERANCE = 5e-3
CITATION = (
    "Shamaei A, Starcukova J, Starcuk Z. Physics-informed deep learning approach to quantification of human brain metabolites from"
    " magnetic resonance spectroscopy data. Comput Biol Med 2023;158:106837. doi:10.1016/j.compbiomed.2023.106837"
)
TITLES = {
    "dq-nmm": "DQ-nMM: self-supervised autoencoder with a signal model, macromolecules as one pattern",
    "dq-pmm": "DQ-pMM: self-supervised autoencoder with a signal model, macromolecules as 17 lines",
    "dq-rpmm": "DQ-rpMM: as DQ-pMM, metabolites alone explaining the signal after a learnt cut-off time",
}
# R² of DQ-nMM, figure 3; MAPE in %, table 5. The other two are shown as figures alone.
PUBLISHED = {
    "dq-nmm": {
        "rSquared": {
            "Cr": 0.88,
            "PCr": 0.54,
            "GPC": 0.67,
            "PCho": 0.62,
            "NAA": 0.98,
            "Glu": 0.68,
            "Ins": 0.71,
            "Tau": 0.66,
            "NAAG": 0.46,
        },
        "mapePercent": {"Cr": 6.0, "PCr": 9.1, "GPC": 16.3, "PCho": 18.2},
    },
    "dq-pmm": {},
    "dq-rpmm": {},
}


def set_up(arguments, device):
    """@returns simulator, encoder (untrained), decoder, prior"""
    torch.manual_seed(arguments.weights_seed)
    basis = load_quantification_basis(PROTOCOLS[arguments.protocol]["basis"])
    simulator = SetSimulator(basis, PRESET, device)
    decoder = Decoder(simulator, arguments.method).to(device)
    prior = make_prior(simulator, decoder)
    encoder = Encoder(decoder).to(device)
    initialise(encoder, decoder, prior)
    return simulator, encoder, decoder, prior.to(device)


class Publication:
    """Everything after the training, on the CPU."""

    def __init__(self, arguments, encoder, record):
        self.arguments, self.encoder, self.record = arguments, encoder, record
        self.simulator, _, self.decoder, self.prior = set_up(arguments, "cpu")
        self.basis = self.simulator.basis
        self.seeds = self.simulator.preset["seeds"]
        self.sums, self.matrix = sum_matrix(self.simulator.names)
        self.columns = [*self.simulator.names, *self.sums]
        self.table = spread_table(self.simulator, self.decoder, self.prior, self.matrix)

    def _inputs(self, cases):
        return inputs_of(band_spectrum(cases.fid, self.simulator.frequency_mhz))

    def _features(self, parts):
        with torch.no_grad():
            return torch.cat([self.encoder(self._inputs(cases)[0])[4] for cases in parts]).numpy()

    @torch.no_grad()
    def _results(self, exported, parts):
        """Chunks of cases → truth, estimate, spread [N, M + S] over scale; latents; residual SD over noise SD"""
        rows = []
        for cases in parts:
            inputs, scale = self._inputs(cases)
            amplitudes, spread, _, _, latent = exported(inputs)
            truth = (cases.amplitudes / scale[:, None]).numpy().astype(float)
            row = (with_sums(truth, self.matrix), with_sums(amplitudes.numpy().astype(float), self.matrix), spread.numpy())
            rows.append((*row, latent.numpy(), self._residual(inputs, cases, scale)))
        return [np.concatenate(column) for column in zip(*rows, strict=True)]

    def _residual(self, inputs, cases, scale):
        """Residual SD over noise SD of the real, phased spectrum."""
        amplitudes, nuisances, *_ = self.encoder(inputs)
        miss = torch.complex(inputs[:, 0], inputs[:, 1]) - self.decoder.spectrum(amplitudes, *nuisances)
        phased = miss * torch.polar(torch.ones_like(nuisances[0]), -nuisances[0])[:, None]
        noise = spectrum_noise_sd(cases.noise_sd, self.simulator.frequency_mhz) / scale
        return (phased.real.square().mean(1).sqrt() / noise).numpy()

    def _figures(self):
        cases = test_set(self.basis, self.simulator.names, PRESET, TEST_CASES, self.seeds["test"])
        inputs, scale = inputs_of(cases.spectra)
        with torch.no_grad():
            amplitudes = (self.encoder(inputs)[0][:, : len(self.simulator.names)] * scale[:, None]).numpy().astype(float)
        truth, estimate = with_sums(cases.amplitudes, self.matrix), with_sums(amplitudes, self.matrix)
        return {
            "rSquared": rounded_row(self.columns, r_squared(truth, estimate), 3),
            "mapePercent": rounded_row(self.columns, mape(truth, estimate)),
            "boundRSquared": bound_figures(self.basis),
        }

    def make(self):
        """Calibrates, evaluates, writes the files, prints the figures."""
        training = draw_set(self.simulator, 5000, self.seeds["training"])
        latent = whiten_latent(self._features(training))
        exported = DqExport(self.encoder, self.decoder, self.table, latent).eval()
        calibration_seed = self.seeds["training"] + CALIBRATION_SEED_STEP
        truth, estimate, spread, latents, residual = self._results(exported, draw_set(self.simulator, 5000, calibration_seed))
        calibration = calibrate_spreads(truth, estimate, spread, self.columns)
        limits = percentile_limits(latents, residual)
        truth, estimate, spread, _, _ = self._results(exported, draw_set(self.simulator, 2000, self.seeds["validation"] + 10))
        covered = coverage(truth, estimate, calibrated_sd(spread, calibration, self.columns), self.columns)
        cases = joined(training)
        inputs, scale = self._inputs(cases)
        quantification = {
            "method": self.arguments.method,
            "design": "decoder",
            "input": "spectrum",
            "metabolites": self.simulator.names,
            "sums": self.sums,
            "parameters": ["phaseDeg", "shiftPpm", "lorentzianHz"],
            "basis": {"id": self.basis.id, "sha256": self.basis.sha256},
            "trainedAmounts": trained_amounts(self.simulator.names, cases.amplitudes, scale),
            "calibration": calibration,
            "inDistribution": limits,
        }
        noise = spectrum_noise_sd(cases.noise_sd, self.simulator.frequency_mhz) / scale
        figures = {**self._figures(), "coverage95": covered}
        path = self._publish(exported, inputs[:4], protocol_card(self.arguments.protocol, noise), quantification, figures)
        print(path, json.dumps(figures, indent=1), json.dumps(limits))

    def _publish(self, exported, example, protocol, quantification, figures):
        warm = self.arguments.warm_start
        begin = "" if warm is None else f" --warm-start WORK/{warm.name}"
        weights_seed = self.arguments.weights_seed
        seed = "" if weights_seed == WEIGHT_SEED else f" --weights-seed {weights_seed}"
        fields = {
            "id": self.arguments.id,
            "title": TITLES[self.arguments.method],
            "version": 1,
            "citation": CITATION,
            "meanings": self._meanings(),
            "protocol": protocol,
            "training": training_card(
                "training/quantification/dq",
                [PRESET],
                self.basis,
                {**self.seeds, "calibration": self.seeds["training"] + CALIBRATION_SEED_STEP, "weights": weights_seed},
                self.record,
                f"python -m training.quantification.dq.train {self.arguments.id} --epochs {self.record['epochs']}"
                f" --cases {self.arguments.cases}{begin}{seed}",
            ),
            "quantification": quantification,
            "metrics": {
                "published": PUBLISHED[self.arguments.method],
                "validationLoss": round(self.record["bestLoss"], 5),
                "bestEpoch": self.record["bestEpoch"],
                "parameters": sum(p.numel() for p in self.encoder.parameters()),
                "test": figures,
            },
            "limits": self._limits(figures),
        }
        outputs = ["amplitudes", "sd", "parameters", "background", "latent"]
        return publish(exported, {"spectrum": example}, outputs, fields, self.arguments.out, TOLERANCE)

    def _meanings(self):
        count = len(self.simulator.names)
        return {
            "amplitudes": f"spectra × {count} amplitudes in basis units over the input's scale",
            "sd": f"spectra × the decoder's Cramér–Rao bound, the trained ranges as prior, of {count} amplitudes and {len(self.sums)} sums on"
            " the same scale, tabulated by width and by the noise that the reconstruction leaves",
            "parameters": "spectra × phase in degrees, common shift in ppm towards higher ppm, Lorentzian FWHM in Hz added to the basis's own:"
            " S = e^{i·phase} · Σ a_m X_m(shift, width) + background",
            "background": "spectra × (real, imaginary) × 512 bins: macromolecules as they lie in the input, on its scale",
        }

    def _limits(self, figures):
        limits = [
            "Trained for healthy brain at SNR 67 ± 15 (tallest point over noise SD): one Lorentzian width up to 15 /s, shift within 3 Hz,"
            " phase within 18°, macromolecules with the metabolites' shift and width; no baseline, no lipids, no residual water, no"
            " Gaussian broadening and no shifts of single metabolites.",
            "Amounts that the data hardly determine are drawn towards the middle of the trained ranges.",
        ]
        published = PUBLISHED[self.arguments.method].get("rSquared", {})
        bound = figures["boundRSquared"]
        for name, wanted in published.items():
            got = figures["rSquared"].get(name)
            if got is not None and got < wanted:
                limits.append(
                    f"R² of {name} is {got} where the paper has {wanted}; the Cramér–Rao bound is {bound['withoutPrior'][name]} without and"
                    f" {bound['withPrior'][name]} with the ranges as prior."
                )
        return limits


def main():
    arguments = parse_arguments(list(TITLES), epochs=12)
    simulator, encoder, decoder, prior = set_up(arguments, arguments.device)
    losses = AutoencoderLoss(decoder, prior, arguments.method)
    loop = Loop(arguments, encoder, simulator, (losses.train, losses.validate), simulator.preset["seeds"])
    if not arguments.export_only:
        loop.run()
    network, record = loop.best()
    Publication(arguments, network, record).make()


if __name__ == "__main__":
    main()
