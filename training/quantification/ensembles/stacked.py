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

    Members are frozen. The answer starts as their mean; a linear layer and a perceptron learn what is better. Where the members
    disagree more than they do on training data, the features are far from them: that is what the latent measures.
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
        with torch.no_grad():
            self.linear.weight.copy_(torch.eye(outputs).repeat(1, len(members)) / len(members))
            self.linear.bias.zero_()
            self.perceptron[-1].weight.zero_()
            self.perceptron[-1].bias.zero_()

    def forward(self, spectrum):
        answers = torch.cat([member(spectrum)[0] for member in self.members], 1)
        return self.linear(answers) + self.perceptron(answers), answers
