"""Figures of the CNN with CReLU on the paper's two sets, and what the card says of them."""

from training.quantification.cnn.figures import Estimates, flagged_shares, line, slopes, smape_percent
from training.quantification.cnn.mixtures import drawn_set
from training.quantification.cnn.publishing import CALIBRATION_CASES, seeds_of
from training.quantification.cnn.published import TABLE_1
from training.quantification.simulate import SetSimulator

PRESET = "hatami"
PAPER_SNR, NOISELESS_SNR = 10.0, 1e4
TEST_CASES = 5000
# Further levels at which the bias towards the training mean is read.
SNR_LEVELS = (20.0, 50.0, 200.0)
LEVEL_CASES = 1000
SETS = {"withoutNoise": NOISELESS_SNR, "snr10": PAPER_SNR}


def at_snr(basis, snr):
    return SetSimulator(basis, PRESET, snr=(snr, snr))


def calibration_sets(basis):
    """At the paper's SNR, without noise, and between."""
    simulators = [at_snr(basis, PAPER_SNR), SetSimulator(basis, PRESET, snr=(PAPER_SNR, 100.0)), at_snr(basis, NOISELESS_SNR)]
    seed = seeds_of(simulators[0].preset)["calibration"]
    return [drawn_set(simulator, CALIBRATION_CASES, seed + k) for k, simulator in enumerate(simulators)]


def measured(trainer, network, quantification):
    """→ metrics of the card"""
    amounts, basis = trainer.mixtures.amounts, trainer.mixtures.simulator.basis
    simulators = {name: at_snr(basis, snr) for name, snr in SETS.items()}
    seed = seeds_of(simulators["snr10"].preset)["test"]
    held = {name: drawn_set(simulator, TEST_CASES, seed) for name, simulator in simulators.items()}
    estimates = {name: Estimates(network, amounts, spectra) for name, spectra in held.items()}
    levels = {"10": estimates["snr10"], "none": estimates["withoutNoise"]}
    for snr in SNR_LEVELS:
        levels[f"{snr:.0f}"] = Estimates(network, amounts, drawn_set(at_snr(basis, snr), LEVEL_CASES, seed + 1))
    limit = quantification["inDistribution"]["latentLimit"]
    return {
        "test": {
            "preset": PRESET,
            "cases": TEST_CASES,
            **{name: _scores(e, amounts.names) for name, e in estimates.items()},
        },
        "slopeBySnr": {level: slopes(levels[level], amounts.names) for level in sorted(levels, key=_by_level)},
        "coverage95": {name: e.covered(quantification["calibration"]) for name, e in estimates.items()},
        "flagged": flagged_shares(network, simulators["snr10"], held, limit),
    }


def _by_level(level):
    return float("inf") if level == "none" else float(level)


def _scores(estimates, names):
    smape = {name: smape_percent(*estimates.column(name)) for name in names}
    return {
        "meanSmapePercent": round(sum(smape.values()) / len(smape), 2),
        "smapePercent": smape,
        "regression": {name: line(*estimates.column(name)) for name in names},
    }


def misses(metrics):
    """{"snr10": ["Cr 20.1 (19.64)" …], "withoutNoise": …}: where Table 1 is better."""
    found = {}
    for column, name in enumerate(SETS):
        ours = metrics["test"][name]["smapePercent"]
        pairs = [(key, value, TABLE_1[key][column]) for key, value in ours.items() if key in TABLE_1]
        found[name] = [f"{key} {value} ({paper})" for key, value, paper in pairs if value > paper]
    return found


def limits(metrics):
    """What the card warns of."""
    missed = misses(metrics)
    flagged = metrics["flagged"]
    found = [
        "Trained as in the paper: every metabolite anywhere from 0 to 1, independent of the others. The proportions of a brain are"
        " outside, so it is for comparison, not for diagnosis; the distance to the training data alone flags"
        f" {100 * flagged['brain']:.0f} % of simulated healthy and {100 * flagged['tumourLike']:.0f} % of tumour-like spectra.",
        "Where noise is strong, estimates fall back to the mean of the training set: see slopeBySnr.",
        "The input is scaled to its largest magnitude, so absolute size, which the paper's network sees, is unknown to it.",
    ]
    wording = {"snr10": "At SNR 10", "withoutNoise": "Without noise"}
    for name, text in wording.items():
        if missed[name]:
            found.append(f"{text}, SMAPE in % misses the published (in brackets) for {', '.join(missed[name])}.")
    if any(missed.values()):
        found.append(
            "Reasons for the misses: one network of 0.3 million weights serves every SNR from 10 upwards and was trained for minutes"
            " on a processor, where the paper has up to 200 000 iterations (the validation loss still fell at the end); and it is"
            " blind to the absolute size of a spectrum."
        )
    return found
