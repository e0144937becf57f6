"""One command a network, from the repository's root:

    python -m training.quantification.ensembles.train shallownet-2d2c@3t-slaser-28

for shallownet-2d2c, resnet-1d, unet; then hybrid-ensemble, which takes the other three's best checkpoints of the same protocol
from --work. Every protocol is a training of its own, from random weights. Options: training/README.md.
"""

import torch

from training.quantification.cnn.command import Job, parser, trained
from training.quantification.cnn.loop import Recipe
from training.quantification.cnn.mixtures import Jitter
from training.quantification.cnn.publishing import publish_supervised
from training.quantification.ensembles.evaluate import calibration_sets, limits, measured, member_figures
from training.quantification.ensembles.networks import ResNet1D, ShallowNet2D2c, UNet
from training.quantification.ensembles.published import CITATION, PUBLISHED, TITLES
from training.quantification.ensembles.stacked import HybridEnsemble, trained_body
from training.quantification.simulate import SetSimulator

PRESET = "rizzo"
SNR_RANGE = (5.0, 40.0)
ESTIMATE_SNR = ((5.0, 15.0), (20.0, 40.0))
# The residual network gains longest, and its epochs are short.
EPOCHS = {"shallownet-2d2c": 16, "resnet-1d": 24, "unet": 16}
TABLE_ENTRIES = 1024
# What correction leaves in scans: the preset has neither.
JITTER = Jitter(shift_hz=1.5, phase_deg=4.0)
# The others are of scans without a water reference, so that one network serves both.
WATER_SHARE = 0.7
BODIES = {"shallownet-2d2c": ShallowNet2D2c, "resnet-1d": ResNet1D, "unet": UNet}
ENSEMBLE = "hybrid-ensemble"
ENSEMBLE_EPOCHS = 12
SPECTRA_WEIGHT = 0.3


def draw_snr(count, generator):
    low, high = SNR_RANGE
    return low + (high - low) * torch.rand(count, generator=generator)


def job_of(method, options):
    ensemble = method == ENSEMBLE
    return Job(
        method=method,
        preset=PRESET,
        body=(lambda outputs: HybridEnsemble(outputs, members_of(options, outputs))) if ensemble else BODIES[method],
        recipe=Recipe(
            learning_rate=1e-3,
            water_share=WATER_SHARE,
            estimate_snr=ESTIMATE_SNR,
            spectra_weight=SPECTRA_WEIGHT if method == "unet" else 0.0,
        ),
        draw_snr=draw_snr,
        simulators=lambda basis: [SetSimulator(basis, PRESET)],
        entries=TABLE_ENTRIES,
        epochs=ENSEMBLE_EPOCHS if ensemble else EPOCHS[method],
        recipe_path="training/quantification/ensembles",
        jitter=JITTER,
        waterless=True,
    )


def members_of(options, outputs):
    """Bodies of the other three, as trained for the same protocol."""
    protocol = options.id.split("@")[1]
    return [trained_body(body, outputs, options.work / f"{name}@{protocol}-best.pt") for name, body in BODIES.items()]


def main():
    options = parser(__doc__).parse_args()
    method = options.id.split("@")[0]
    job = job_of(method, options)
    trainer, (simulator,) = trained(job, options)
    amounts = trainer.mixtures.amounts

    def figures(network, quantification):
        metrics = measured(network, amounts, simulator, quantification)
        if method == ENSEMBLE:
            metrics["members"] = member_figures(network, amounts, simulator, list(BODIES))
        return metrics

    description = {"title": TITLES[method], "citation": CITATION, "published": PUBLISHED}
    print(publish_supervised(job, trainer, options, calibration_sets(simulator), description, figures, limits))


if __name__ == "__main__":
    main()
