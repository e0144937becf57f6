"""One command a model: simulate, train, calibrate, export, evaluate, card.

    python -m training.quantification.qnet.train qnet-end-to-end@3t-press-30
    python -m training.quantification.qnet.train qnet-first-pass@3t-press-30 --work WORK    # checkpoints, nothing published
    python -m training.quantification.qnet.train qnet@3t-press-30 --work WORK               # goes on from the best
"""

import json

import numpy as np
import torch

from training.quantification.band_model import BandModel, solve_amplitudes
from training.quantification.basis import load_quantification_basis
from training.quantification.calibrate import calibrate_spreads, calibrated_sd, coverage, percentile_limits, whiten_latent
from training.quantification.canonical import band_spectrum, inputs_of, spectrum_noise_sd
from training.quantification.export import PROTOCOLS, protocol_card, publish, trained_amounts, training_card
from training.quantification.figures import with_sums
from training.quantification.loop import CALIBRATION_SEED_STEP, WEIGHT_SEED, Loop, draw_set, parse_arguments, sum_matrix
from training.quantification.qnet.figures import PUBLISHED, PUBLISHED_END_TO_END, Evaluation, mean_smape_by_snr, misses
from training.quantification.qnet.losses import EndToEndLoss, QNetLoss, solved
from training.quantification.qnet.networks import EndToEnd, EndToEndExport, QNet, QNetExport
from training.quantification.qnet.refined_loss import RefinedLoss
from training.quantification.simulate import SetSimulator, joined

PRESET = "qnet"
CITATION = (
    "Chen D, Lin M, Liu H, Li J, Zhou Y, Kang T, Lin L, Wu Z, Wang J, Li J, Lin J, Chen X, Guo D, Qu X. Magnetic resonance"
    " spectroscopy quantification aided by deep estimations of imperfection factors and macromolecular signal. IEEE Trans Biomed"
    " Eng 2024;71:1841. doi:10.1109/TBME.2024.3354123"
)
TITLES = {
    "qnet": "QNet: imperfection factors and macromolecules by a network, amounts by linear least squares",
    "qnet-end-to-end": "QNet's end-to-end twin: amounts straight from the network",
}
FIRST_PASS, DEFAULT_RATE = "qnet-first-pass", 1e-3
# How the first passes of the published networks were trained: of the first protocol, and of all others from there.
FIRST_PROTOCOL = "3t-press-30"
FIRST_PASS_OPTIONS = (
    "--cases 24000 --epochs 14",
    f"--cases 6000 --epochs 3 --rate 5e-4 --warm-start WORK/{FIRST_PASS}@{FIRST_PROTOCOL}-best.pt",
)
# SNR_FID = |s(0)| / SD of the noise of the FID.
SNR_FID_LIMIT = (
    "The published SMAPE at SNR_FID 10 (NAA 1.98 %, PCho 12 %) is out of reach for SNR_FID as |s(0)| over the noise SD of the FID at"
    " 4 kHz: NAA's line then stands 2.6 times above the noise, and with all shifts, widths, phases and macromolecules known the"
    " Cramér–Rao bound of the linear solve is a SMAPE of 10.5 % for NAA, 22 % for Cr, 38 % for Glu; the published figures answer to"
    " some six times less noise."
)


def set_up(arguments):
    """@returns simulator, network, loss object, minutes that the first pass took"""
    torch.manual_seed(WEIGHT_SEED)
    basis = load_quantification_basis(PROTOCOLS[arguments.protocol]["basis"])
    simulator = SetSimulator(basis, PRESET, arguments.device)
    typical = joined(draw_set(simulator, 1000, simulator.preset["seeds"]["training"] + 10))
    names, matrix = sum_matrix(simulator.names)
    if arguments.method != "qnet-end-to-end":
        network = QNet(simulator, arguments.method == "qnet").to(arguments.device)
        network.set_background_basis(typical)
        model = BandModel(simulator).to(arguments.device)
        if arguments.method == FIRST_PASS:
            return simulator, network, QNetLoss(model, simulator, typical), 0.0
        best, last = (
            torch.load(first_pass_path(arguments, which), weights_only=True, map_location=arguments.device) for which in ("best", "last")
        )
        network.set_first_pass(best["network"], typical)
        return simulator, network, RefinedLoss(model, simulator, typical, matrix), json.loads(last["record"])["minutes"]
    network = EndToEnd(simulator, len(names)).to(arguments.device)
    _, scale = inputs_of(band_spectrum(typical.fid, simulator.frequency_mhz))
    network.set_targets(typical.amplitudes / scale[:, None])
    return simulator, network, EndToEndLoss(simulator, matrix.to(arguments.device)), 0.0


def first_pass_path(arguments, which):
    """A checkpoint of the first pass: the best, which the second goes on from, or the last."""
    return arguments.work / f"{FIRST_PASS}@{arguments.protocol}-{which}.pt"


class Publication:
    """Everything after the training, on the CPU."""

    def __init__(self, arguments, network, loss, record):
        self.arguments, self.network, self.record = arguments, network, record
        self.basis = load_quantification_basis(PROTOCOLS[arguments.protocol]["basis"])
        self.simulator = SetSimulator(self.basis, PRESET)
        self.seeds = self.simulator.preset["seeds"]
        self.model = BandModel(self.simulator)
        self.sums, self.matrix = sum_matrix(self.simulator.names)
        self.columns = [*self.simulator.names, *self.sums]
        self.is_solved = arguments.method == "qnet"

    def _inputs(self, cases):
        return inputs_of(band_spectrum(cases.fid, self.simulator.frequency_mhz))

    @torch.no_grad()
    def _results(self, parts):
        """Chunks of cases → truth, estimate, spread [N, M + S] over scale; latents' features; residual ratios or None"""
        rows = [self._chunk(cases) for cases in parts]
        return [None if column[0] is None else np.concatenate(column) for column in zip(*rows, strict=True)]

    def _chunk(self, cases):
        inputs, scale = self._inputs(cases)
        truth = with_sums((cases.amplitudes / scale[:, None]).numpy().astype(float), self.matrix)
        if not self.is_solved:
            amplitudes, log_spread, features = self.network.estimates(inputs)
            sizes = torch.cat([self.network.size, (self.network.size**2 @ self.matrix).sqrt()])
            spread = (torch.exp(log_spread) * sizes).numpy().astype(float)
            return truth, with_sums(amplitudes.numpy().astype(float), self.matrix), spread, features.numpy(), None
        amplitudes, covariance, noise = solved(self.network, self.model, inputs, cases.noise_sd, scale)
        weights = torch.cat([torch.eye(len(self.matrix)), self.matrix], 1).double()
        variance = torch.einsum("mk,bmn,nk->bk", weights, covariance, weights)
        spread = (variance.sqrt() * noise[:, None]).numpy()
        features = self.network._estimates(inputs)[2].numpy()
        return truth, with_sums(amplitudes.numpy().astype(float), self.matrix), spread, features, self._residual(inputs, amplitudes, noise)

    def _residual(self, inputs, amplitudes, noise):
        """Residual SD over noise SD of the real, phased spectrum."""
        phase, width_hz, shifts, background = self.network.estimates(inputs)
        fit = (self.model.spectra(shifts, width_hz) * amplitudes[..., None]).sum(1) + background
        turned = torch.complex(inputs[:, 0], inputs[:, 1]) * torch.polar(torch.ones_like(phase), -phase)[:, None]
        return ((turned - fit).real.square().mean(1).sqrt() / noise).numpy()

    def _estimate(self, inputs, _noise):
        if not self.is_solved:
            return self.network.estimates(inputs)[0].numpy().astype(float)
        phase, width_hz, shifts, background = self.network.estimates(inputs)
        unit = torch.ones(len(inputs))
        return solved(self.network, self.model, inputs, unit, unit)[0].numpy().astype(float)

    @torch.no_grad()
    def _known(self, cases):
        """Amplitudes of the program's solve with the true factors and macromolecules."""
        inputs, scale = self._inputs(cases)
        known = self.network.labels(cases), self.network.coefficients(cases)
        amplitudes, _ = solve_amplitudes(*self.network.for_solve(inputs, *known, self.model))
        return (amplitudes * scale[:, None]).numpy().astype(float)

    def make(self):
        """Calibrates, evaluates, writes the files, prints the figures."""
        training = draw_set(self.simulator, 5000, self.seeds["training"])
        features = self._results(training)[3]
        latent = whiten_latent(features)
        calibration_seed = self.seeds["training"] + CALIBRATION_SEED_STEP
        truth, estimate, spread, found, residual = self._results(draw_set(self.simulator, 5000, calibration_seed))
        calibration = calibrate_spreads(truth, estimate, spread, self.columns)
        with torch.no_grad():
            limits = percentile_limits(latent(torch.from_numpy(found)).numpy(), residual)
        covered = self._coverage(calibration)
        evaluation = Evaluation(self.simulator, self._estimate, self._known)
        figures = evaluation.table(self.seeds["test"])
        self.bounds = evaluation.bounds(self.seeds["validation"] + 20) if self.is_solved else None
        cases = joined(training)
        inputs, scale = self._inputs(cases)
        quantification = {
            "method": self.arguments.method,
            "design": "linearSolve" if self.is_solved else "amplitudes",
            "input": "spectrum",
            "metabolites": self.simulator.names,
            "sums": self.sums,
            "parameters": QNetExport.parameter_names(self.simulator.names) if self.is_solved else [],
            "basis": {"id": self.basis.id, "sha256": self.basis.sha256},
            "trainedAmounts": trained_amounts(self.simulator.names, cases.amplitudes, scale),
            "calibration": calibration,
            "inDistribution": limits,
        }
        noise = spectrum_noise_sd(cases.noise_sd, self.simulator.frequency_mhz) / scale
        protocol = protocol_card(self.arguments.protocol, noise)
        path = self._publish(latent, inputs[:4], protocol, quantification, {**figures, "coverage95": covered})
        print(path, json.dumps({"meanSmapeBySnr": mean_smape_by_snr(figures), **figures}, indent=1))
        print(json.dumps({"coverage95": covered, **limits}))

    def _coverage(self, calibration):
        truth, estimate, spread, _, _ = self._results(draw_set(self.simulator, 2000, self.seeds["validation"] + 10))
        return coverage(truth, estimate, calibrated_sd(spread, calibration, self.columns), self.columns)

    def _publish(self, latent, example, protocol, quantification, figures):
        names = self.simulator.names
        if self.is_solved:
            exported, outputs = QNetExport(self.network, latent), ["parameters", "background", "latent"]
        else:
            exported, outputs = EndToEndExport(self.network, latent, self.matrix), ["amplitudes", "sd", "latent"]
        fields = {
            "id": self.arguments.id,
            "title": TITLES[self.arguments.method],
            "version": 1,
            "citation": CITATION,
            "meanings": {
                "parameters": "spectra × parameters of S = e^{i·phase} · Σ a_m X_m(shift, width) + background: phase in degrees, Lorentzian"
                " FWHM in Hz added to the basis's own, shift of each metabolite in ppm towards higher ppm",
                "background": "spectra × (real, imaginary) × 512 bins: macromolecules as they lie in the input, on its scale",
                "amplitudes": f"spectra × {len(names)} amplitudes in basis units over the input's scale",
                "sd": f"spectra × the spreads of the {len(names)} amplitudes and of {len(self.sums)} sums, as the network itself"
                " predicts them, on the same scale",
            },
            "protocol": protocol,
            "training": training_card(
                "training/quantification/qnet",
                [PRESET],
                self.basis,
                {**self.seeds, "calibration": self.seeds["training"] + CALIBRATION_SEED_STEP, "weights": WEIGHT_SEED},
                self.record,
                self._command(),
            ),
            "quantification": quantification,
            "metrics": {
                "published": PUBLISHED if self.is_solved else PUBLISHED_END_TO_END,
                "validationLoss": round(self.record["bestLoss"], 5),
                "bestEpoch": self.record["bestEpoch"],
                "parameters": sum(p.numel() for p in self.network.parameters()),
                "test": figures,
                **({} if self.bounds is None else {"allButAmountsKnown": self.bounds}),
            },
            "limits": self._limits(figures),
        }
        return publish(exported.eval(), {"spectrum": example}, outputs, fields, self.arguments.out)

    def _command(self):
        """As it was run, the first pass's before it."""
        arguments, program = self.arguments, "python -m training.quantification.qnet.train"
        warm = "" if arguments.warm_start is None else f" --warm-start WORK/{arguments.warm_start.name}"
        rate = "" if arguments.rate == DEFAULT_RATE else f" --rate {arguments.rate:g}"
        own = f"{program} {arguments.id} --epochs {self.record['epochs']} --cases {arguments.cases}{rate}{warm}"
        if not self.is_solved:
            return own
        first = FIRST_PASS_OPTIONS[arguments.protocol != FIRST_PROTOCOL]
        return f"{program} {FIRST_PASS}@{arguments.protocol} {first} --work WORK && {own} --work WORK"

    def _limits(self, figures):
        ranges = (
            "Trained for healthy brain: Lorentzian lines of 0.04 to 0.12 ppm, phase within 5°, shifts within 0.08 ppm of the basis,"
            " SNR of NAA 3 to 80, macromolecules 0.11 to 0.19 of the metabolites' height, no lipids and no residual water."
        )
        if self.is_solved:
            return [ranges, SNR_FID_LIMIT, *misses(figures, PUBLISHED, self.bounds)]
        return [ranges, "Below an SNR of some 20 and outside the trained amounts its estimates fall back towards the mean of what it was"
                " trained on; the published comparison that shows it is repeated in `metrics`."]


def main():
    arguments = parse_arguments([*TITLES, FIRST_PASS], epochs=8)
    simulator, network, losses, first_minutes = set_up(arguments)
    loop = Loop(arguments, network, simulator, (losses.train, losses.validate), simulator.preset["seeds"])
    if not arguments.export_only:
        loop.run()
    if arguments.method == FIRST_PASS:
        return
    network, record = loop.best()
    record["minutes"] += first_minutes
    Publication(arguments, network, losses, record).make()


if __name__ == "__main__":
    main()
