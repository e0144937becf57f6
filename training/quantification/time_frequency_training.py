"""What the trainings of the scalogram CNN and of the scattering network share: cases of preset "brain", and the published card."""

import json

import torch

from training.quantification.basis import load_quantification_basis
from training.quantification.canonical import band_spectrum, inputs_of, spectrum_noise_sd
from training.quantification.cnn.command import command_line
from training.quantification.cnn.figures import Estimates, calibrated, flagged_shares, line, slopes, smape_percent
from training.quantification.cnn.loop import Trainer
from training.quantification.cnn.mixtures import Amounts, LabelledSpectra, drawn_set
from training.quantification.cnn.publishing import (
    CALIBRATION_CASES,
    LATENT_MEANING,
    OUTPUTS,
    PROTOCOL_TITLES,
    amplitudes_meaning,
    sd_meaning,
    seeds_of,
)
from training.quantification.cnn.quantifier import Quantifier
from training.quantification.export import PROTOCOLS, protocol_card, publish, trained_amounts, training_card
from training.quantification.simulate import SetSimulator
from training.training_record import hardware

PRESET = "brain"
WEIGHTS_SEED = 1
VALIDATION_CASES = 2048
TEST_CASES = 5000
SNR_LEVELS = ((10.0, 15.0), (30.0, 40.0), (80.0, 100.0))
LEVEL_CASES = 1000
EXAMPLE_SEED = 20


class DrawnCases:
    """Fresh cases of a simulator in place of cnn.mixtures.Mixtures, for presets whose cases are drawn fast."""

    def __init__(self, simulator):
        self.simulator, self.amounts = simulator, Amounts(simulator)

    def draw(self, count, generator, *_):
        """@returns LabelledSpectra"""
        cases = self.simulator.draw(count, generator)
        inputs, scale = inputs_of(band_spectrum(cases.fid, self.simulator.frequency_mhz))
        return LabelledSpectra(inputs, scale, self.amounts.of_cases(cases), cases.snr, cases.noise_sd)

    def example(self, count=4):
        """Inputs [count, 2, 512]"""
        return self.draw(count, torch.Generator().manual_seed(EXAMPLE_SEED)).inputs


def preset_simulator(options):
    """Of preset "brain" with the protocol's basis, or that of the options."""
    basis = load_quantification_basis(options.basis or PROTOCOLS[options.id.split("@")[1]]["basis"])
    return SetSimulator(basis, PRESET)


def new_quantifier(body, amounts):
    """→ Quantifier with fresh weights"""
    torch.manual_seed(WEIGHTS_SEED)
    return Quantifier(body(amounts.free), amounts).to(memory_format=torch.channels_last)


def new_trainer(cases, body, recipe, options):
    """→ Trainer with fresh weights"""
    torch.set_num_threads(options.threads)
    network = new_quantifier(body, cases.amounts)
    options.work.mkdir(parents=True, exist_ok=True)
    seeds = cases.simulator.preset["seeds"]
    return Trainer(network, cases, lambda *_: None, recipe, seeds, options.device, options.work, options.id)


def run(trainer, options, epochs, held, recipe_path):
    """Trains (or loads the best checkpoint), then the spread; recipe_path: the folder, for the card's command."""
    if options.export_only:
        trainer.load_best()
        return
    trainer.record.update({
        "hardware": hardware(options.device, options.threads),
        "parameters": sum(p.numel() for p in trainer.network.parameters()),
        "command": command_line(recipe_path, options, epochs),
    })
    trainer.fit(options.epochs or epochs, [held], options.resume, options.warm_start)
    trainer.fit_spread()


def calibration(trainer, simulator):
    """→ card's calibration and inDistribution, from a seed of its own; and the cases"""
    held = drawn_set(simulator, CALIBRATION_CASES, seeds_of(simulator.preset)["calibration"])
    estimates = Estimates(trainer.network.cpu().eval(), trainer.mixtures.amounts, held)
    return *calibrated([estimates]), held


def stored_figures(path):
    """Figures of the paper's own protocol that another command has written; empty where it has not run."""
    return json.loads(path.read_text()) if path.exists() else {}


def scores(estimates, names):
    """Mean absolute error, SMAPE and regression by name."""
    smape = {name: smape_percent(*estimates.column(name)) for name in names}
    error = {name: abs(estimates.column(name)[0] - estimates.column(name)[1]).mean() for name in names}
    return {
        "meanSmapePercent": round(sum(smape.values()) / len(smape), 2),
        "smapePercent": smape,
        "meanAbsoluteError": {name: round(float(value), 4) for name, value in error.items()},
        "regression": {name: line(*estimates.column(name)) for name in names},
    }


def measured(trainer, simulator, calibration_card, limits):
    """→ metrics of the card, from the preset's test seed"""
    network, amounts = trainer.network.cpu().eval(), trainer.mixtures.amounts
    seed = seeds_of(simulator.preset)["test"]
    held = drawn_set(simulator, TEST_CASES, seed)
    estimates = Estimates(network, amounts, held)
    names = [*amounts.names, *amounts.sums]
    levels = {
        f"{low:.0f} to {high:.0f}": Estimates(
            network, amounts, drawn_set(SetSimulator(simulator.basis, PRESET, snr=(low, high)), LEVEL_CASES, seed + 1)
        )
        for low, high in SNR_LEVELS
    }
    return {
        "parameters": trainer.record["parameters"],
        "validationLoss": round(trainer.record["bestLoss"], 4),
        "bestEpoch": trainer.record["bestEpoch"],
        "test": {"preset": PRESET, "cases": TEST_CASES, **scores(estimates, names)},
        "slopeBySnr": {level: slopes(e, names) for level, e in levels.items()},
        "coverage95": estimates.covered(calibration_card),
        "flagged": flagged_shares(network, simulator, {"test": held}, limits["latentLimit"]),
    }


def limits_in_words(metrics):
    """What the card warns of."""
    weak = [name for name, fit in metrics["test"]["regression"].items() if fit["slope"] < 0.5]
    flagged = metrics["flagged"]
    found = [
        "Trained on healthy brain, every amount within ± 30 %: where noise is strong or a line is covered by others, estimates"
        " fall back to that range's mean (slopeBySnr).",
        f"Of simulated tumour-like spectra, whose amounts it has never seen, {100 * flagged['tumourLike']:.0f} % are flagged by the"
        " latent distance; numbers of flagged spectra are not to be used.",
    ]
    if weak:
        found.insert(1, f"Slope of estimate on truth below 0.5 on the test set, so hardly a measurement: {', '.join(weak)}.")
    return found


def publish_trained(trainer, simulator, options, tensor, description):
    """
    Calibrates, tests, writes ONNX, card and self-test.
    @param tensor (name, what it means, features of example spectra [4, ...])
    @param description "method", "title", "citation", "recipe", "metrics" and "limits" beyond the common ones
    """
    calibration_card, limits, held = calibration(trainer, simulator)
    metrics = measured(trainer, simulator, calibration_card, limits)
    name, meaning, example = tensor
    amounts, protocol, basis = trainer.mixtures.amounts, options.id.split("@")[1], simulator.basis
    return publish(
        trainer.network.cpu().eval(),
        {name: example},
        OUTPUTS,
        {
            "id": options.id,
            "title": f"{description['title']}, {PROTOCOL_TITLES[protocol]}",
            "version": 1,
            "citation": description["citation"],
            "meanings": {
                name: meaning,
                "amplitudes": amplitudes_meaning(amounts),
                "sd": sd_meaning(amounts),
                "latent": LATENT_MEANING,
            },
            "protocol": protocol_card(protocol, spectrum_noise_sd(held.noise_sd, basis.frequency_mhz) / held.scale),
            "training": training_card(
                description["recipe"], [PRESET], basis, seeds_of(simulator.preset), trainer.record, trainer.record["command"]
            ),
            "quantification": {
                "method": description["method"],
                "design": "amplitudes",
                "input": name,
                "metabolites": amounts.names,
                "sums": list(amounts.sums),
                "parameters": [],
                "basis": {"id": basis.id, "sha256": basis.sha256},
                "trainedAmounts": trained_amounts(amounts.names, held.amounts @ amounts.expansion, held.scale),
                "calibration": calibration_card,
                "inDistribution": limits,
            },
            "metrics": {**description["metrics"], **metrics},
            "limits": [*limits_in_words(metrics), *description["limits"]],
        },
        options.out,
    )
