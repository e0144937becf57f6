"""One command for the CNN with CReLU, from the repository's root:

    python -m training.quantification.cnn.train hatami-cnn@3t-press-30

For other protocols with --warm-start CHECKPOINT of this one. Options: training/README.md.
"""

import math
from functools import partial

import torch

from training.quantification.cnn.command import Job, parser, trained
from training.quantification.cnn.evaluate import NOISELESS_SNR, PAPER_SNR, PRESET, at_snr, calibration_sets, limits, measured
from training.quantification.cnn.hatami import HatamiCnn
from training.quantification.cnn.loop import Recipe
from training.quantification.cnn.published import CITATION, TABLE_1
from training.quantification.cnn.publishing import publish_supervised

METHOD = "hatami-cnn"
EPOCHS = 26
TABLE_ENTRIES = 2048
ESTIMATE_SNR = ((PAPER_SNR, PAPER_SNR), (60.0, 100.0), (1000.0, 2000.0))


def draw_snr(count, generator):
    """Half of the cases at the paper's SNR, a quarter without noise, the rest between."""
    between = PAPER_SNR * torch.exp(torch.rand(count, generator=generator) * math.log(100))
    kind = torch.rand(count, generator=generator)
    snr = torch.where(kind < 0.5, PAPER_SNR, between)
    return torch.where(kind > 0.75, NOISELESS_SNR, snr)


def simulators(basis):
    """The paper's two sets."""
    return [at_snr(basis, PAPER_SNR), at_snr(basis, NOISELESS_SNR)]


JOB = Job(
    method=METHOD,
    preset=PRESET,
    body=HatamiCnn,
    recipe=Recipe(batch=64, learning_rate=1e-3, error="absolute", estimate_snr=ESTIMATE_SNR),
    draw_snr=draw_snr,
    simulators=simulators,
    entries=TABLE_ENTRIES,
    epochs=EPOCHS,
    recipe_path="training/quantification/cnn",
)


DESCRIPTION = {
    "title": "CNN with CReLU (Hatami 2018)",
    "citation": CITATION,
    "published": {
        "withoutNoise": {"smapePercent": {name: row[0] for name, row in TABLE_1.items()}},
        "snr10": {"smapePercent": {name: row[1] for name, row in TABLE_1.items()}},
    },
}


def main():
    options = parser(__doc__).parse_args()
    trainer, _ = trained(JOB, options)
    basis = trainer.mixtures.simulator.basis
    print(publish_supervised(JOB, trainer, options, calibration_sets(basis), DESCRIPTION, partial(measured, trainer), limits))


if __name__ == "__main__":
    main()
