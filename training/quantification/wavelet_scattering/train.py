"""One command for the wavelet scattering network, from the repository's root:

    python -m training.quantification.wavelet_scattering.train wavelet-scattering@3t-press-30

For other protocols with --warm-start CHECKPOINT of this one, whose components they take over. Options: training/README.md.
"""

from pathlib import Path

import torch

from training.quantification.cnn.command import parser
from training.quantification.cnn.loop import Recipe
from training.quantification.cnn.mixtures import Amounts, drawn_set
from training.quantification.time_frequency import SpectrumScattering
from training.quantification.time_frequency_training import (
    VALIDATION_CASES,
    DrawnCases,
    new_quantifier,
    preset_simulator,
    publish_trained,
    run,
    stored_figures,
)
from training.quantification.wavelet_scattering.networks import ScatteringNetwork
from training.quantification.wavelet_scattering.stored import StoredCases, StoredTrainer, coefficients_of

TRAINING_CASES, WARM_START_CASES = 24576, 12288
EPOCHS = 20
RECIPE = Recipe(learning_rate=5e-4, weight_decay=0.3)
# Written by reproduce.py.
DATA_SETS = Path(__file__).with_name("data-sets.json")
MEANING = (
    "spectra × (real, imaginary part of the FID) × 176 scattering paths (orders 0, 1, 2; 8 and 1 wavelets an octave) × 8 windows, of"
    " the band spectrum over its largest magnitude (training/quantification/time_frequency.py)"
)
DESCRIPTION = {
    "method": "wavelet-scattering",
    "title": "Wavelet scattering network (Shamaei 2021)",
    "citation": "Shamaei A, Starcukova J, Starcuk Z, BIOSIGNALS 2021:268, doi:10.5220/0010318502680275",
    "recipe": "training/quantification/wavelet_scattering",
    "metrics": {"paperDataSets": stored_figures(DATA_SETS)},
    "limits": ["176 scattering paths, as kymatio counts them for the paper's quality factors and windows; MATLAB's filter bank has 154."],
}


def stored_trainer(options, simulator, cases, scattering):
    """→ trainer whose cases are components of drawn ones; its network has the components"""
    amounts = Amounts(simulator)
    network = new_quantifier(ScatteringNetwork, amounts)
    coefficients = coefficients_of(cases, scattering)
    if options.warm_start is None:
        network.body.whiten(coefficients)
    else:
        network.load_state_dict(torch.load(options.warm_start, weights_only=True)["network"])
    cases.inputs = network.body.components(coefficients)
    options.work.mkdir(parents=True, exist_ok=True)
    seeds = simulator.preset["seeds"]
    stored = StoredCases(cases, amounts)
    return StoredTrainer(network, stored, lambda *_: None, RECIPE, seeds, options.device, options.work, options.id)


def main():
    options = parser(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    simulator, scattering = preset_simulator(options), SpectrumScattering()
    seeds = simulator.preset["seeds"]
    count = TRAINING_CASES if options.warm_start is None else WARM_START_CASES
    trainer = stored_trainer(options, simulator, drawn_set(simulator, count, seeds["training"]), scattering)
    held = drawn_set(simulator, VALIDATION_CASES, seeds["validation"])
    held.inputs = trainer.network.body.components(coefficients_of(held, scattering))
    run(trainer, options, EPOCHS, held, "training/quantification/wavelet_scattering")
    trainer.network.body = trainer.network.body.merged()
    example = scattering(DrawnCases(simulator).example())
    print(publish_trained(trainer, simulator, options, ("scattering", MEANING, example), DESCRIPTION))


if __name__ == "__main__":
    main()
