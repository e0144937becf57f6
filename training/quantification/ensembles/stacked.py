"""Hybrid ensemble: networks of different kinds with different inputs, their answers weighed by a perceptron (Rizzo 2022, 2.5)."""

import torch
from torch import nn

# The paper's has 1000 and 500.
HIDDEN = (192, 96)


def trained_body(body, outputs, checkpoint):
    """A body with the weights of a checkpoint of its Quantifier."""
    weights = torch.load(checkpoint, weights_only=True)["network"]
    made = body(outputs)
    made.load_state_dict({key.removeprefix("body."): v for key, v in weights.items() if key.startswith("body.")})
    return made


class HybridEnsemble(nn.Module):
    """[B, 2, 512] → (standardised amounts [B, outputs], the members' answers [B, members * outputs])

    Members are frozen. The answer starts as their best linear mixture, which is no worse than any of them; that and a perceptron
    beside it learn what is better. Where the members disagree more than they do on training data, the features are far from them: that is what the latent measures.
    """

    def __init__(self, outputs, members):
        """members: trained bodies of the same standardisation."""
        super().__init__()
        self.members = nn.ModuleList(members).requires_grad_(False)
        self.feature_count = outputs * len(members)
        self.linear = nn.Linear(self.feature_count, outputs)
        layers, width = [], self.feature_count
        for hidden in HIDDEN:
            layers += [nn.Linear(width, hidden), nn.ReLU()]
            width = hidden
        self.perceptron = nn.Sequential(*layers, nn.Linear(width, outputs))
        nn.init.zeros_(self.perceptron[-1].weight)
        nn.init.zeros_(self.perceptron[-1].bias)

    @torch.no_grad()
    def mix(self, batches):
        """Sets the linear layer by least squares; batches: (input [B, 2, 512], standardised truth [B, outputs])."""
        answers, truths = [], []
        for spectrum, truth in batches:
            answers.append(torch.cat([member(spectrum)[0] for member in self.members], 1))
            truths.append(truth)
        known = torch.cat(answers).double()
        known = torch.cat([known, torch.ones_like(known[:, :1])], 1)
        weights = torch.linalg.lstsq(known, torch.cat(truths).double()).solution
        self.linear.weight.copy_(weights[:-1].T)
        self.linear.bias.copy_(weights[-1])

    def forward(self, spectrum):
        answers = torch.cat([member(spectrum)[0] for member in self.members], 1)
        return self.linear(answers) + self.perceptron(answers), answers
