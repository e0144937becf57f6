"""The paper's own comparison: the same CNN fed with the scalogram and with the spectrum, on its simulated set (amplitudes from 0 to
1, damping and shift of every metabolite by itself, no noise) with the basis of the ISMRM 2016 fitting challenge.

    python -m training.quantification.scalogram_cnn.compare

Writes comparison.json beside this file; the weights are not kept. The challenge's files must be in ../shared/data.
"""

import argparse
import json
import math
from pathlib import Path

import torch

from training.quantification.basis import CHALLENGE, load_quantification_basis
from training.quantification.cnn.figures import Estimates
from training.quantification.cnn.loop import Recipe, Trainer
from training.quantification.cnn.mixtures import Mixtures, drawn_set
from training.quantification.scalogram_cnn.networks import ScalogramCnn, SpectrumCnn
from training.quantification.simulate import SetSimulator, load_preset
from training.quantification.time_frequency_training import VALIDATION_CASES, new_quantifier, scores

PRESET = "hatami"
NOISELESS_SNR = 1e6
TABLE_ENTRIES = 1024
TEST_CASES = 2000
STANDARD_CASES = 2048
RESULT = Path(__file__).with_name("comparison.json")


def trained(name, body, mixtures, held, epochs, work):
    """→ network at its best, minutes"""
    network = new_quantifier(body, mixtures.amounts)
    seeds = load_preset(PRESET)["seeds"]
    trainer = Trainer(network, mixtures, lambda count, _: torch.full((count,), math.inf), Recipe(), seeds, "cpu", work, name)
    if name == "scalogram":
        generator = torch.Generator().manual_seed(seeds["training"])
        network.body.standardise(trainer.draw(STANDARD_CASES, generator).inputs)
    trainer.fit(epochs, [held])
    return network.eval(), trainer.record["minutes"]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--epochs", type=int, default=30, help="16 384 cases each")
    options.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    options = options.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    seeds = load_preset(PRESET)["seeds"]
    simulator = SetSimulator(load_quantification_basis(CHALLENGE), PRESET, snr=(NOISELESS_SNR, NOISELESS_SNR))
    mixtures = Mixtures(simulator, TABLE_ENTRIES, seeds["training"])
    held = drawn_set(simulator, VALIDATION_CASES, seeds["validation"])
    test = drawn_set(simulator, TEST_CASES, seeds["test"])
    result = {"basis": CHALLENGE, "preset": PRESET, "noise": False, "testCases": TEST_CASES, "epochs": options.epochs}
    for name, body in (("scalogram", ScalogramCnn), ("spectrum", SpectrumCnn)):
        network, minutes = trained(name, body, mixtures, held, options.epochs, options.work)
        estimates = Estimates(network, mixtures.amounts, test)
        found = scores(estimates, mixtures.amounts.names)
        found.pop("regression")
        result[name] = {"parameters": sum(p.numel() for p in network.body.parameters()), "minutes": round(minutes, 1), **found}
        print(name, result[name]["meanSmapePercent"], flush=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
