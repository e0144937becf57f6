"""The wavelet scattering network's trained part: scattering coefficients, flattened, to one hidden layer of 20."""

import torch
from torch import nn

from training.quantification.time_frequency import SpectrumScattering

HIDDEN = 20
# Principal components of the coefficients on which the training runs, and their variance (of standardised coefficients) below
# which they count less.
COMPONENTS = 1200
RIDGE = 2e-2
# How many of them tell, beside the hidden layer, how unlike the training set a spectrum is.
TOLD_COMPONENTS = 32


class ScatteringNetwork(nn.Module):
    """
    Scattering coefficients [B, 2, 176, 8] → standardised amounts, features. Band spectra [B, 2, 512] are transformed first;
    [B, 1200] are components already (see `components`).

    As the paper's: flattened, one hidden layer of 20 (tanh). Beside it a linear path goes straight to the outputs; it starts at the
    least-squares solution. The paper trains by scaled conjugate gradients; here coefficients are whitened, so that plain
    gradients do, and the whitening is part of the weights once trained (`merged`).
    """

    def __init__(self, outputs):
        super().__init__()
        self.scattering = SpectrumScattering()
        _, paths, windows = self.scattering.shape
        coefficients = 2 * paths * windows
        self.register_buffer("middle", torch.zeros(coefficients))
        self.register_buffer("size", torch.ones(coefficients))
        self.register_buffer("whitening", torch.zeros(coefficients, COMPONENTS))
        self.hidden = nn.Linear(COMPONENTS, HIDDEN)
        self.output = nn.Linear(HIDDEN, outputs)
        self.direct = nn.Linear(COMPONENTS, outputs)
        self.feature_count = HIDDEN + TOLD_COMPONENTS
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    @torch.no_grad()
    def whiten(self, coefficients):
        """Fixes the components from coefficients of the training set [N, 2816]."""
        self.middle.copy_(coefficients.mean(0))
        self.size.copy_(coefficients.std(0).clamp(min=1e-9))
        standard = (coefficients - self.middle) / self.size
        values, vectors = torch.linalg.eigh(standard.T @ standard / len(standard))
        values, vectors = values.flip(0)[:COMPONENTS], vectors.flip(1)[:, :COMPONENTS]
        self.whitening.copy_(vectors / (values.clamp(min=0) + RIDGE).sqrt())

    def components(self, coefficients):
        """[B, 2816] → [B, 1200]"""
        return (coefficients - self.middle) / self.size @ self.whitening

    @torch.no_grad()
    def solve(self, components, standardised):
        """Sets the linear path to the ridge solution of what the hidden layer leaves over."""
        self.direct.weight.zero_()
        self.direct.bias.zero_()
        left = standardised - self(components)[0]
        mean = left.mean(0)
        gram = components.T @ components + RIDGE * len(components) * torch.eye(COMPONENTS)
        self.direct.weight.copy_(torch.linalg.solve(gram, components.T @ (left - mean)).T)
        self.direct.bias.copy_(mean)

    def forward(self, inputs):
        if inputs.ndim == 3:
            inputs = self.scattering(inputs)
        if inputs.ndim == 4:
            inputs = self.components(inputs.flatten(1))
        hidden = torch.tanh(self.hidden(inputs))
        return self.output(hidden) + self.direct(inputs), torch.cat([hidden, inputs[:, :TOLD_COMPONENTS]], 1)

    def merged(self):
        """The same function of scattering coefficients with the whitening multiplied into the weights."""
        return MergedNetwork(self)


class MergedNetwork(nn.Module):
    """What is published of a ScatteringNetwork."""

    @torch.no_grad()
    def __init__(self, network):
        super().__init__()
        self.scattering, self.feature_count, self.output = network.scattering, network.feature_count, network.output
        self.register_buffer("middle", network.middle)
        self.register_buffer("size", network.size)
        told = torch.eye(COMPONENTS)[:TOLD_COMPONENTS]
        self.hidden, self.direct, self.told = (
            self._merged(network.whitening, weight, bias)
            for weight, bias in (
                (network.hidden.weight, network.hidden.bias),
                (network.direct.weight, network.direct.bias),
                (told, torch.zeros(TOLD_COMPONENTS)),
            )
        )

    @staticmethod
    def _merged(whitening, weight, bias):
        layer = nn.Linear(whitening.shape[0], weight.shape[0])
        layer.weight.copy_(weight @ whitening.T)
        layer.bias.copy_(bias)
        return layer

    def forward(self, inputs):
        """[B, 2, 176, 8], or band spectra [B, 2, 512] → standardised amounts, features"""
        if inputs.ndim == 3:
            inputs = self.scattering(inputs)
        standard = (inputs.flatten(1) - self.middle) / self.size
        hidden = torch.tanh(self.hidden(standard))
        return self.output(hidden) + self.direct(standard), torch.cat([hidden, self.told(standard)], 1)
