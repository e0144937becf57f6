"""One command for the time-frequency CNN, from the repository's root:

    python -m training.quantification.scalogram_cnn.train scalogram-cnn@3t-press-30

For other protocols with --warm-start CHECKPOINT of this one. Options: training/README.md.
"""

from pathlib import Path

import torch

from training.quantification.cnn.command import parser
from training.quantification.cnn.loop import Recipe
from training.quantification.cnn.mixtures import drawn_set
from training.quantification.scalogram_cnn.networks import ScalogramCnn
from training.quantification.time_frequency import Scalogram
from training.quantification.time_frequency_training import (
    VALIDATION_CASES,
    DrawnCases,
    new_trainer,
    preset_simulator,
    publish_trained,
    run,
    stored_figures,
)

EPOCHS = 30
STANDARD_CASES = 2048
# Written by compare.py.
COMPARISON = Path(__file__).with_name("comparison.json")
MEANING = (
    "spectra × (real, imaginary) × 40 Morse wavelets, centres from 0.57 to 4.07 ppm × 48 times 8/(8 ppm · f0) apart, of the band"
    " spectrum over its largest magnitude (training/quantification/time_frequency.py)"
)
DESCRIPTION = {
    "method": "scalogram-cnn",
    "title": "Time-frequency CNN (Shamaei 2020)",
    "citation": "Shamaei A, Proceedings II of the 26th Conference STUDENT EEICT 2020:131-135, hdl.handle.net/11012/200638",
    "recipe": "training/quantification/scalogram_cnn",
    "metrics": {"paperComparison": stored_figures(COMPARISON)},
    "limits": [
        "Scalogram of 40 × 48 in place of the paper's 340 × 1536: 272 times fewer numbers. Cramér-Rao bounds of the amplitudes grow"
        " by less than 4 % against those from the spectrum, median below 0.5 % (information.py), so hardly any information is lost.",
    ],
}


def main():
    options = parser(__doc__).parse_args()
    simulator = preset_simulator(options)
    seeds = simulator.preset["seeds"]
    cases = DrawnCases(simulator)
    trainer = new_trainer(cases, ScalogramCnn, Recipe(), options)
    sample = cases.draw(STANDARD_CASES, torch.Generator().manual_seed(seeds["training"]))
    trainer.network.body.standardise(sample.inputs)
    run(trainer, options, EPOCHS, drawn_set(simulator, VALIDATION_CASES, seeds["validation"]), "training/quantification/scalogram_cnn")
    example = Scalogram()(cases.example())
    print(publish_trained(trainer, simulator, options, ("scalogram", MEANING, example), DESCRIPTION))


if __name__ == "__main__":
    main()
