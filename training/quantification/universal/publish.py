"""Calibration, figures, ONNX, card and self-test of the universal network."""

import numpy as np
import torch

from training.fpc.canonical import BANDWIDTH_PPM
from training.fpc.presets import REPOSITORY
from training.quantification.calibrate import calibrate_spreads, calibrated_sd, coverage, percentile_limits, rounded, whiten_latent
from training.quantification.export import publish
from training.quantification.universal.evaluate import clean, evaluate, realistic
from training.quantification.universal.simulate import RULES_PATH, UniversalSimulator, draw_set, joined
from training.quantification.universal.solve import SUMS, Lineshape, solve, with_sums

MODEL_ID = "lineshape-universal"
LATENT_SPECTRA, CALIBRATION_SPECTRA = 2000, 2000
# Largest difference between PyTorch and ONNX Runtime: parameters reach 45 degrees, features of a strange spectrum tens of SDs.
TOLERANCE = 2e-2
LIMITS = [
    "Trained on simulated spectra alone; basis sets of 1.5, 3 and 7 T were shipped and scaled to fields between.",
    "Phases beyond 45 degrees and shifts beyond 0.15 ppm are not asked of it: scans come phased and referenced.",
    "Where every metabolite has a shift of its own of up to 0.08 ppm (presets qnet and tumour), its amounts are several times less"
    " sure than the calibration says: no scan looks like that, and the calibration set has none.",
    "The linear solve needs the basis set of the scan's protocol: metabolites that the basis lacks go into others or the baseline.",
    "Intervals are calibrated on scans half of which have baselines and varied macromolecules: for clean simulated spectra they are"
    " too wide.",
]
CONDITIONS_MEANING = (
    "spectra × (ln(f0 / 123.25 MHz), echo time / 100 ms, ln(noise SD per real channel of the band spectrum over the input's scale),"
    " part of the 512 canonical samples (8 ppm · f0 apart) that the scan covers)"
)
PARAMETERS_MEANING = (
    "spectra × parameters, by the card's list: S = e^{i·phaseDeg} Σ a_m X_m(shiftPpm + shiftPpm.NAME, widths) + baseline; shifts towards"
    " higher ppm (FID × e^{−2πi·shiftPpm·f0·t}), widths FWHM beyond the basis's own; sd.… is the SD the network gives each;"
    " baselineRoughness: RMS second difference of the baseline's spline coefficients (41 knots over the band) on the input's scale"
)


def set_latent(network, spectra):
    """Whitens the features on given spectra, in place."""
    with torch.no_grad():
        hidden = network.passes(*spectra.inputs())["hidden"]
    layer = whiten_latent(hidden.numpy(), network.whitening.shape[1])
    network.whitening.copy_(layer.weight.T)
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


def calibrate(network, simulator, count):
    """On scans of every kind with a seed of their own, half of them clean: @returns calibration, limits and coverage there"""
    seed = simulator.rules["seeds"]["calibration"]
    profiles = [p for p in simulator.rules["profiles"] if p["name"] != "anything"]
    kinds = [rules(simulator.rules, profiles=profiles) for rules in (realistic, clean)]
    spectra = joined([draw_set(UniversalSimulator(rules=rules), count // 2, seed) for rules in kinds])
    solution = solve(Lineshape.predicted(network, spectra), spectra)
    names = [*spectra.names, *SUMS]
    # The program's spectra are integrals over time: over their largest magnitude, amounts are larger by 8 ppm · f0.
    unit = BANDWIDTH_PPM * spectra.frequency_mhz.numpy()[:, None]
    truth, estimate = (unit * with_sums(v, spectra.names) for v in (spectra.amplitudes.numpy(), solution.amplitudes))
    spread = unit * solution.spread
    # A basis need not have every metabolite: what is absent from it says nothing.
    has = spectra.bases[spectra.mixture][:, :-1].abs().amax(2).numpy() > 0
    rows = np.flatnonzero(has.all(1) & np.isfinite(spread).all(1))
    calibration = calibrate_spreads(truth[rows], estimate[rows], spread[rows], names)
    relative = np.median([entry["factor"] for entry in calibration.values()])
    calibration["*"] = {"factor": rounded(relative), "floor": 0.0}
    with torch.no_grad():
        _, latent = network(*spectra.inputs())
    limits = percentile_limits(latent.numpy(), solution.residual)
    sd = calibrated_sd(spread[rows], calibration, names)
    return calibration, limits, coverage(truth[rows], estimate[rows], sd, names)


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
            "coverageOfCalibrationSet": covered,
            "test": figures,
        },
        "limits": LIMITS,
    }


def publish_universal(network, record, folder=None, calibration_spectra=CALIBRATION_SPECTRA):
    """Calibrates, evaluates, writes the ONNX file, card and self-test; prints the figures."""
    simulator = UniversalSimulator()
    seeds = simulator.rules["seeds"]
    set_latent(network, draw_set(simulator, LATENT_SPECTRA, seeds["calibration"] + 1))
    calibrated = calibrate(network, simulator, calibration_spectra)
    figures = evaluate(network, seeds["test"])
    fields = card_fields(record, simulator, network, calibrated, figures, record["command"])
    spectrum, conditions = draw_set(simulator, 4, seeds["calibration"] + 2).inputs()
    publish(network, {"spectrum": spectrum, "conditions": conditions}, ["parameters", "latent"], fields, folder, TOLERANCE)
    for name, row in figures.items():
        print(name, row, flush=True)
    print(calibrated[1], calibrated[2])
