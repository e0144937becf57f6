"""Training from stored components: scattering takes milliseconds a spectrum, so cases are drawn and transformed once."""

import torch

from training.quantification.cnn.loop import Trainer, error_of
from training.quantification.cnn.mixtures import LabelledSpectra

CHUNK = 256


def coefficients_of(spectra, scattering):
    """Inputs of LabelledSpectra [N, 2, 512] → scattering coefficients [N, 2816]"""
    return torch.cat([scattering(x).flatten(1) for x in spectra.inputs.split(CHUNK)])


class StoredCases:
    """The part of cnn.mixtures.Mixtures that a Trainer uses, with components [N, 1200] in place of spectra."""

    def __init__(self, cases, amounts):
        """cases: LabelledSpectra whose inputs are components"""
        self.cases, self.amounts = cases, amounts

    def draw(self, count, generator, *_):
        """@returns LabelledSpectra, drawn with replacement"""
        rows = torch.randint(len(self.cases), (count,), generator=generator)
        cases = self.cases
        return LabelledSpectra(cases.inputs[rows], cases.scale[rows], cases.amounts[rows], cases.snr[rows], cases.noise_sd[rows])


class StoredTrainer(Trainer):
    """Starts from the least-squares solution on the stored cases."""

    def start(self, checkpoint=None):
        """Fresh weights, or those of another training with the linear path solved anew."""
        super().start(checkpoint)
        cases, network = self.mixtures.cases, self.network
        if checkpoint is None:
            mean, deviation = cases.standardised()
            network.mean.copy_(mean)
            network.deviation.copy_(deviation)
        wanted = (cases.amounts / cases.scale[:, None] - network.mean) / network.deviation
        network.body.solve(cases.inputs, wanted)
        with torch.no_grad():
            standardised = network.body(cases.inputs)[0]
            self.usual.copy_(error_of(self.recipe, self.residual(cases, standardised)).mean(0))
