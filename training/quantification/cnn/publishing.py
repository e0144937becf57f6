"""From a trained network to its files: calibration on a seed of its own, then the card around the figures of the method."""

import torch

from training.quantification.canonical import spectrum_noise_sd
from training.quantification.cnn.figures import Estimates, calibrated
from training.quantification.export import protocol_card, publish, trained_amounts, training_card
from training.quantification.loop import CALIBRATION_SEED_STEP

CALIBRATION_CASES = 2500
# Of the latent, which is whitened: small differences grow in it.
TOLERANCE = 5e-3
OUTPUTS = ["amplitudes", "sd", "latent"]
# Of the card: what the networks of these recipes have beyond their papers'.
LINEAR_LAYER = (
    "Beside the convolutions, in an ensemble beside those of every member, stands a fixed linear layer that the paper's network"
    " does not have: least-mean-squares estimates of all amounts, solved for on simulated spectra, which the network weighs and"
    " corrects. Trained for minutes, convolutions alone leave weak metabolites at the mean of the training set."
)
PROTOCOL_TITLES = {
    "3t-press-30": "3 T PRESS TE 30 ms",
    "3t-press-35": "3 T PRESS TE 35 ms",
    "3t-slaser-28": "3 T sLASER TE 28 ms",
    "3t-slaser-35": "3 T sLASER TE 35 ms",
    "challenge": "basis of the ISMRM 2016 fitting challenge",
}


def seeds_of(preset):
    seeds = preset["seeds"]
    return {**seeds, "calibration": seeds["training"] + CALIBRATION_SEED_STEP, "weights": 1}


def amplitudes_meaning(amounts):
    return f"spectra × amplitudes of {', '.join(amounts.names)} in units of the basis, over the input's scale"


def sd_meaning(amounts):
    return (
        f"spectra × SD of the error of the amplitudes, then of the sums {', '.join(amounts.sums)}, as the network itself expects"
        " it, over the input's scale; to be calibrated"
    )


LATENT_MEANING = (
    "spectra × 16 groups of the whitened features of the last hidden layer, the root of the sum of squares of each: the length of"
    " a row is the Mahalanobis distance to the training data"
)


def quantification_fields(job, trainer, calibration_sets):
    """The card's `quantification`. calibration_sets: list of LabelledSpectra; where scans without water count, these second."""
    network, amounts, basis = trainer.network, trainer.mixtures.amounts, trainer.mixtures.simulator.basis
    estimates = [Estimates(network, amounts, held) for held in calibration_sets]
    calibration, limits = calibrated(estimates)
    first = calibration_sets[0]
    line = water_reference(trainer.mixtures.simulator.preset, amounts, calibration_sets[1]) if job.waterless else {}
    return {
        "method": job.method,
        "design": "amplitudes",
        "input": "spectrum",
        "metabolites": amounts.names,
        "sums": list(amounts.sums),
        "parameters": [],
        "basis": {"id": basis.id, "sha256": basis.sha256},
        "trainedAmounts": trained_amounts(amounts.names, first.amounts @ amounts.expansion, first.scale),
        **line,
        "calibration": calibration,
        "inDistribution": limits,
    }


def water_reference(preset, amounts, without):
    """The line that the program makes of a scan's water reference. without: LabelledSpectra that lack it."""
    return {
        "waterReference": {
            **preset["waterReference"],
            "gaussianHz": preset["gaussianHz"],
            "trainedAmountsWithout": trained_amounts(amounts.names, without.amounts @ amounts.expansion, without.scale),
        }
    }


def relative_noise(simulator, sets):
    """Noise SD per real channel of the inputs of LabelledSpectra, over their scale [N]."""
    parts = [spectrum_noise_sd(held.noise_sd, simulator.frequency_mhz) / held.scale for held in sets]
    return torch.cat(parts)


def publish_supervised(job, trainer, options, calibration_sets, description, measured, limits):
    """
    Calibrates, measures, writes ONNX, card and self-test; @returns the ONNX file's path.
    @param description "title" (without protocol), "citation", "published"
    @param measured (network, the card's quantification) → metrics
    @param limits metrics → what the card warns of
    """
    network = trainer.network.cpu().eval()
    quantification = quantification_fields(job, trainer, calibration_sets)
    metrics = measured(network, quantification)
    noise = relative_noise(trainer.mixtures.simulator, calibration_sets)
    warned = [*limits(metrics), LINEAR_LAYER]
    return _publish(job, trainer, options, quantification, description, metrics, warned, protocol_noise=noise)


def _publish(job, trainer, options, quantification, description, metrics, limits, protocol_noise):
    network, amounts = trainer.network.cpu().eval(), trainer.mixtures.amounts
    simulator, record = trainer.mixtures.simulator, trainer.record
    protocol = options.id.split("@")[1]
    example = trainer.mixtures.example()
    return publish(
        network,
        {"spectrum": example},
        OUTPUTS,
        {
            "id": options.id,
            "title": f"{description['title']}, {PROTOCOL_TITLES[protocol]}",
            "version": 1,
            "citation": description["citation"],
            "meanings": {
                "amplitudes": amplitudes_meaning(amounts),
                "sd": sd_meaning(amounts),
                "latent": LATENT_MEANING,
            },
            "protocol": protocol_card(protocol, protocol_noise),
            "training": training_card(
                job.recipe_path, [job.preset], simulator.basis, seeds_of(simulator.preset), record, record["command"]
            ),
            "quantification": quantification,
            "metrics": {
                "published": description["published"],
                "parameters": record["parameters"],
                "validationLoss": round(record["bestLoss"], 4),
                "bestEpoch": record["bestEpoch"],
                **metrics,
            },
            "limits": limits,
        },
        options.out,
        TOLERANCE,
    )
