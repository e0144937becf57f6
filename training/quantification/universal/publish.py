"""Calibration, figures, ONNX, card and self-test of the universal network."""

from dataclasses import dataclass

import numpy as np
import torch

from training.fpc.canonical import BANDWIDTH_PPM
from training.fpc.presets import REPOSITORY
from training.quantification.calibrate import coverage, percentile_limits, rounded
from training.quantification.export import publish
from training.quantification.universal.evaluate import TOLD, evaluate
from training.quantification.universal.intervals import calibrate_intervals, interval_sd
from training.quantification.universal.simulate import RULES_PATH, Spectra, UniversalSimulator, draw_set
from training.quantification.universal.solve import SUMS, Lineshape, solve, with_sums
from training.quantification.universal.solve_head import fit_head, kinds_of, mixed

MODEL_ID = "lineshape-universal"
LATENT_SPECTRA, LIMIT_SPECTRA, COVERAGE_SPECTRA = 2000, 2000, 500
# Few of "all", but some: what the model explains least sets how much a residual counts.
INTERVAL_SPECTRA = {"clean": 2500, "realistic": 2000, "all": 800}
# Beyond the seed of the calibration.
COVERAGE_SEED, LATENT_SEED, INTERVAL_SEED = 5, 10, 60
# Largest difference between PyTorch and ONNX Runtime: parameters reach 45 degrees, features of a strange spectrum tens of SDs.
TOLERANCE = 2e-2
LIMITS = [
    "Trained on simulated spectra alone; basis sets of 1.5, 3 and 7 T were shipped and scaled to fields between.",
    "Phases beyond 45 degrees and shifts beyond 0.15 ppm are not asked of it: scans come phased and referenced.",
    "Where every metabolite has a shift of its own of up to 0.08 ppm (presets qnet, tumour and hatami) its amounts are several times less"
    " sure than in scans: no scan looks like that. Of such spectra the network's features give away about five in six.",
    "The linear solve needs the basis set of the scan's protocol: metabolites that the basis lacks go into others or the baseline.",
    "Intervals widen with what the residual has beyond noise. They hold less than stated where every metabolite has a shift of its own, and"
    " more where something strong stands beside the metabolites, such as a line of reference (metrics: coverage).",
]
CONDITIONS_MEANING = (
    "spectra × (ln(f0 / 123.25 MHz), echo time / 100 ms, ln(noise SD per real channel of the band spectrum over the input's scale),"
    " part of the 512 canonical samples (8 ppm · f0 apart) that the scan covers)"
)
PARAMETERS_MEANING = (
    "spectra × parameters, by the card's list: S = e^{i·phaseDeg} Σ a_m X_m(shiftPpm + shiftPpm.NAME, widths) + baseline; shifts towards"
    " higher ppm (FID × e^{−2πi·shiftPpm·f0·t}), widths FWHM beyond the basis's own; sd.… is the SD the network gives each;"
    " baselineRoughness: SD that the solve allows the second differences of the baseline's spline coefficients (41 knots over the band),"
    " on the input's scale"
)


def set_latent(network, spectra):
    """Principal components of the features on given spectra, each of unit variance: in place."""
    with torch.no_grad():
        hidden = network.passes(*spectra.inputs())["hidden"].double()
    values, vectors = torch.linalg.eigh(torch.cov(hidden.T))
    count = network.whitening.shape[1]
    network.whitening.copy_(vectors[:, -count:] / values[-count:].sqrt())
    network.latent_mean.copy_(hidden.mean(0))


def training_record(record, simulator, command):
    """As the card has it."""
    return {
        "recipe": "training/quantification/universal",
        "presetFiles": [str(RULES_PATH.relative_to(REPOSITORY))],
        "basisSha256": {basis_id: basis.sha256 for basis_id, basis in simulator.loaded.items()},
        "seeds": {**simulator.rules["seeds"], "weights": 1},
        "epochs": record["epochs"],
        "hardware": record["hardware"],
        "minutes": round(record["minutes"], 1),
        "command": command,
    }


def half_and_half(count):
    """Scans that are worth quantifying."""
    return {"clean": count // 2, "realistic": count // 2}


@dataclass
class Solved:
    """Amounts of spectra of one kind [B, M + sums] in the program's units, and what the network made of them."""

    spectra: Spectra
    truth: np.ndarray
    estimate: np.ndarray
    spread: np.ndarray
    excess: np.ndarray
    residual: np.ndarray

    @staticmethod
    def of(network, spectra):
        solution = solve(Lineshape.predicted(network, spectra), spectra)
        # The program's spectra are integrals over time: over their largest magnitude, amounts are larger by 8 ppm · f0.
        unit = BANDWIDTH_PPM * spectra.frequency_mhz.numpy()[:, None]
        truth, estimate = (unit * with_sums(v, spectra.names) for v in (spectra.amplitudes.numpy(), solution.amplitudes))
        return Solved(spectra, truth, estimate, unit * solution.spread, solution.excess, solution.residual)

    def names(self):
        """Of the columns."""
        return [*self.spectra.names, *SUMS]

    def whole_rows(self):
        """A basis need not have every metabolite: what is absent from it says nothing."""
        has = self.spectra.bases[self.spectra.mixture][:, :-1].abs().amax(2).numpy() > 0
        return np.flatnonzero(has.all(1) & np.isfinite(self.spread).all(1))


def calibrate(network, rules):
    """On scans with seeds of their own: @returns calibration, limits, coverage by kind of further scans"""
    seed = rules["seeds"]["calibration"]
    solved = Solved.of(network, mixed(rules, INTERVAL_SPECTRA, seed + INTERVAL_SEED))
    rows = solved.whole_rows()
    truth, spread, excess = (values[rows] for values in (solved.truth, solved.spread, solved.excess))
    # Amounts are not negative: of what is not there, the estimate misses nothing half of the time.
    calibration = calibrate_intervals(np.abs(solved.estimate[rows] - truth), spread, excess, truth > 0, solved.names())
    entries = list(calibration.values())
    usual = {key: rounded(np.median([entry[key] for entry in entries])) for key in ("factor", "misfit")}
    calibration["*"] = {**usual, "floor": 0.0}
    known = mixed(rules, half_and_half(LIMIT_SPECTRA), seed)
    with torch.no_grad():
        _, latent = network(*known.inputs())
    limits = percentile_limits(latent.numpy(), Solved.of(network, known).residual)
    return calibration, limits, coverages(network, rules, calibration, seed + COVERAGE_SEED)


def coverages(network, rules, calibration, seed):
    """By kind of scan: share of the truths within the 95 % intervals, of the amounts that are told and of all."""
    found = {}
    for kind in kinds_of(rules):
        solved = Solved.of(network, mixed(rules, {kind: COVERAGE_SPECTRA}, seed))
        names, rows = solved.names(), solved.whole_rows()
        sd = interval_sd(solved.spread[rows], solved.excess[rows], calibration, names)
        each = coverage(solved.truth[rows], solved.estimate[rows], sd, names)
        found[kind] = {**{name: each[name] for name in TOLD}, "all": round(float(np.mean(list(each.values()))), 4)}
    return found


def card_fields(record, simulator, network, calibrated, figures, command):
    """What `publish` of the training core needs."""
    calibration, limits, covered = calibrated
    snr = [rule["range"] for rule in simulator.rules["snr"]]
    return {
        "id": MODEL_ID,
        "title": "Lineshape universal: any protocol, the user's own basis set",
        "version": 1,
        "citation": "This project; the linear solve behind a network follows Chen D et al., IEEE Trans Biomed Eng 2024;71:1841,"
        " doi:10.1109/TBME.2024.3354123",
        "meanings": {"conditions": CONDITIONS_MEANING, "parameters": PARAMETERS_MEANING},
        "protocol": {
            "nucleus": "1H",
            "fieldT": [1.4, 7.2],
            "sequences": None,
            "echoTimeMs": [8, 290],
            "limits": {"peakSnr": [min(low for low, _ in snr), 10 * max(high for _, high in snr)]},
        },
        "training": training_record(record, simulator, command),
        "quantification": {
            "method": MODEL_ID,
            "design": "linearSolve",
            "input": "spectrum",
            "metabolites": [],
            "sums": list(SUMS),
            "parameters": network.parameter_names(),
            "basis": None,
            "trainedAmounts": {},
            "calibration": calibration,
            "inDistribution": limits,
        },
        "metrics": {
            "weights": sum(p.numel() for p in network.parameters()),
            "validationLoss": round(record["bestLoss"], 4),
            "coverage": covered,
            "test": figures,
        },
        "limits": LIMITS,
    }


def publish_universal(network, record, folder=None):
    """Calibrates, evaluates, writes the ONNX file, card and self-test; prints the figures."""
    simulator = UniversalSimulator()
    seeds = simulator.rules["seeds"]
    fit_head(network, simulator)
    set_latent(network, mixed(simulator.rules, half_and_half(LATENT_SPECTRA), seeds["calibration"] + LATENT_SEED))
    calibrated = calibrate(network, simulator.rules)
    figures = evaluate(network, seeds["test"])
    fields = card_fields(record, simulator, network, calibrated, figures, record["command"])
    spectrum, conditions = draw_set(simulator, 4, seeds["calibration"] + 2).inputs()
    publish(network, {"spectrum": spectrum, "conditions": conditions}, ["parameters", "latent"], fields, folder, TOLERANCE)
    for name, row in figures.items():
        print(name, row, flush=True)
    print(calibrated[1], calibrated[2])
