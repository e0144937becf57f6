"""The paper's data sets: trains a network on each and writes the figures to data-sets.json beside this file; weights are not kept.

    node bin/lineshape.mjs basis simulate --field 9.4 --sequence press --te 20 --points 2048 --dwell-s 0.0002272 --linewidth-hz 6
      --metabolites Ala,Asp,Cr,Cho,GABA,GSH,Gln,Glu,Lac,NAA,NAAG,PCho,PCr,Tau,Ins --mm chen-17
      --excitation hermite --refocusing hermite --out FOLDER
    python -m training.quantification.wavelet_scattering.reproduce --basis FOLDER/….nii.gz --work DIR [DSS5 …]

DSS1 is the set of Hatami 2018 at SNR 10 with the basis of the ISMRM 2016 fitting challenge, which must be in ../shared/data.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import torch

from training.quantification.basis import CHALLENGE, load_quantification_basis
from training.quantification.cnn.figures import smape_percent
from training.quantification.cnn.loop import Recipe
from training.quantification.cnn.mixtures import Amounts, LabelledSpectra, drawn_set
from training.quantification.simulate import SetSimulator, load_preset
from training.quantification.time_frequency import Scattering, SpectrumScattering
from training.quantification.time_frequency_training import new_quantifier
from training.quantification.wavelet_scattering.data_sets import AMPLITUDE, DATA_SETS, NineTeslaSignals
from training.quantification.wavelet_scattering.networks import ScatteringNetwork
from training.quantification.wavelet_scattering.stored import CHUNK, StoredCases, StoredTrainer, coefficients_of

SEEDS = {"training": 6001, "validation": 6002, "test": 6903}
VALIDATION_CASES, TEST_CASES = 2048, 5120
EPOCHS = 20
RECIPE = Recipe(learning_rate=5e-4, weight_decay=0.3)
RESULT = Path(__file__).with_name("data-sets.json")
PUBLISHED_MEAN_SMAPE = {"DSS2": 1.13, "DSS3": 1.38, "DSS4": 1.7, "DSS5": 3.46, "DSS6": 5.92, "DSS7": 6.12}


@dataclass
class PlainAmounts:
    """Amplitudes of signals that are no basis set of the program's; stands for cnn.mixtures.Amounts."""

    names: list

    def __post_init__(self):
        self.free, self.sums = len(self.names), {}
        self.expansion, self.summation = torch.eye(self.free), torch.zeros(self.free, 0)
        self.bounds = torch.tensor([AMPLITUDE] * self.free)


class NineTeslaSource:
    """DSS2 to DSS7: coefficients of the signals as they are, not scaled, as in the paper."""

    def __init__(self, name, nifti):
        self.data_set, self.signals, self.scattering = DATA_SETS[name], NineTeslaSignals(nifti), Scattering()
        self.amounts = PlainAmounts(self.signals.names)

    def cases(self, count, seed):
        """→ LabelledSpectra whose inputs are coefficients [count, 2816]"""
        generator = torch.Generator().manual_seed(seed)
        parts = []
        for _ in range(count // CHUNK):
            signals, amplitudes = self.signals.draw(self.data_set, CHUNK, generator)
            pair = self.scattering(torch.cat([signals.real, signals.imag])).unflatten(0, (2, -1)).transpose(0, 1)
            parts.append((pair.flatten(1), amplitudes))
        inputs, amplitudes = (torch.cat(column) for column in zip(*parts))
        one = torch.ones(len(inputs))
        return LabelledSpectra(inputs, one, amplitudes, one, one)


class ChallengeSource:
    """DSS1, by the program's own input."""

    def __init__(self):
        self.simulator = SetSimulator(load_quantification_basis(CHALLENGE), "hatami", snr=(10.0, 10.0))
        self.amounts, self.scattering = Amounts(self.simulator), SpectrumScattering()

    def cases(self, count, seed):
        """→ LabelledSpectra whose inputs are coefficients [count, 2816]"""
        cases = drawn_set(self.simulator, count, seed)
        cases.inputs = coefficients_of(cases, self.scattering)
        return cases


def reproduced(name, source, count, work):
    """Trains and tests. → figures"""
    seeds = load_preset("hatami")["seeds"] if name == "DSS1" else SEEDS
    amounts = source.amounts
    network = new_quantifier(ScatteringNetwork, amounts)
    training, held, test = (
        source.cases(n, seeds[part]) for part, n in (("training", count), ("validation", VALIDATION_CASES), ("test", TEST_CASES))
    )
    network.body.whiten(training.inputs)
    for cases in (training, held, test):
        cases.inputs = network.body.components(cases.inputs)
    trainer = StoredTrainer(network, StoredCases(training, amounts), lambda *_: None, RECIPE, seeds, "cpu", work, name)
    trainer.fit(EPOCHS, [held])
    with torch.no_grad():
        estimates = network.relative(network.body(test.inputs)[0]) * test.scale[:, None]
    columns = zip(amounts.names, test.amounts.T.numpy(), estimates.T.numpy(), strict=False)
    smape = {metabolite: smape_percent(truth, value) for metabolite, truth, value in columns}
    return {
        "meanSmapePercent": round(sum(smape.values()) / len(smape), 2),
        "publishedMeanSmapePercent": PUBLISHED_MEAN_SMAPE.get(name),
        "trainingCases": count,
        "smapePercent": smape,
    }


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", nargs="*", default=["DSS1", *DATA_SETS])
    options.add_argument("--basis", type=Path, help=".nii.gz of the simulated 9.4 T basis")
    options.add_argument("--cases", type=int, default=24576, help="training cases of a set")
    options.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    options = options.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    for name in options.sets:
        source = ChallengeSource() if name == "DSS1" else NineTeslaSource(name, options.basis)
        found = json.loads(RESULT.read_text()) if RESULT.exists() else {}
        found[name] = reproduced(name, source, options.cases, options.work)
        RESULT.write_text(json.dumps(dict(sorted(found.items())), indent=2) + "\n")
        print(name, found[name]["meanSmapePercent"], flush=True)


if __name__ == "__main__":
    main()
