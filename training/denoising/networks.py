"""ReLSTM and its plain LSTM ablation: time-domain denoisers of FIDs.

Chen D et al., "Magnetic resonance spectroscopy deep learning denoising using few in vivo data", 2023, arXiv:2101.11442,
equations (1) to (9) and Table I. Sizes are parameters: r = 4, refusion (8, 128, 512) and hidden 1024 are the published.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Sizes:
    """fragment: r complex points; refusion: widths of its three linear layers; hidden: of the LSTM's state."""

    fragment: int
    refusion: tuple[int, int, int]
    hidden: int


class ReLstm(nn.Module):
    """Each step sees the last r noisy points, its own last r outputs and the current noisy point."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.fragment = sizes.fragment
        first, second, third = sizes.refusion
        self.mix1 = nn.Linear(4 * sizes.fragment, first)
        self.mix2 = nn.Linear(first, second)
        self.mix3 = nn.Linear(second, third)
        self.cell_input = nn.Linear(third, 4 * sizes.hidden)
        self.cell_state = nn.Linear(sizes.hidden, 4 * sizes.hidden, bias=False)
        self.output = nn.Linear(sizes.hidden, 2)
        self.validate1 = nn.Linear(4, 4)
        self.validate2 = nn.Linear(4, 2)
        self._start_validation_as_mean()

    @torch.no_grad()
    def _start_validation_as_mean(self) -> None:
        """The data validation begins as the mean of guess and noisy point, which four rectifiers can tell: half the training
        is saved that a random start spends on learning that the output resembles the input."""
        half = 0.5 * torch.tensor([[1.0, 0, 1, 0], [0, 1, 0, 1]])
        self.validate1.weight.copy_(torch.cat([half, -half]))
        self.validate1.bias.zero_()
        self.validate2.weight.copy_(torch.tensor([[1.0, 0, -1, 0], [0, 1, 0, -1]]))
        self.validate2.bias.zero_()

    def forward(self, fid: Tensor) -> Tensor:
        """fid: [batch, 2, points], normalised; returns the denoised FID of the same shape."""
        batch, _, points = fid.shape
        r = self.fragment
        padded = nn.functional.pad(fid, (r, 0))
        # The noisy fragment's share of the first layer needs no recurrence: all of it at once.
        weight_own = self.mix1.weight[:, : 2 * r]
        weight_noisy = self.mix1.weight[:, 2 * r :]
        fragments = padded[:, :, :-1].unfold(2, r, 1).permute(2, 0, 1, 3).reshape(points, batch, 2 * r)
        noisy_share = nn.functional.linear(fragments, weight_noisy, self.mix1.bias)
        # Linear layers without an activation between them are one layer.
        weight_a = self.mix2.weight @ weight_own
        pre = nn.functional.linear(noisy_share, self.mix2.weight, self.mix2.bias)
        weight_b = self.cell_input.weight @ self.mix3.weight
        bias_b = self.cell_input.weight @ self.mix3.bias + self.cell_input.bias
        out = _recur(
            pre, fid, weight_a, weight_b, bias_b, self.cell_state.weight,
            self.output.weight, self.output.bias,
            self.validate1.weight, self.validate1.bias, self.validate2.weight, self.validate2.bias, r,
        )  # fmt: skip
        return out


@torch.jit.script
def _recur(
    pre: Tensor, fid: Tensor, weight_a: Tensor, weight_b: Tensor, bias_b: Tensor, weight_h: Tensor,
    weight_o: Tensor, bias_o: Tensor, weight_v1: Tensor, bias_v1: Tensor, weight_v2: Tensor, bias_v2: Tensor, r: int,
) -> Tensor:  # fmt: skip
    """The recurrence of ReLstm over the points; `pre` is the noisy fragments' share of the refusion's second layer."""
    points, batch = pre.shape[0], pre.shape[1]
    hidden = weight_h.shape[1]
    h = pre.new_zeros(batch, hidden)
    c = pre.new_zeros(batch, hidden)
    own_re = pre.new_zeros(batch, r)
    own_im = pre.new_zeros(batch, r)
    current = fid.permute(2, 0, 1)
    outputs: list[Tensor] = []
    weight_at, weight_bt, weight_ht = weight_a.t(), weight_b.t(), weight_h.t()
    for t in range(points):
        own = torch.cat([own_re, own_im], 1)
        mixed = torch.relu(torch.addmm(pre[t], own, weight_at))
        gates = torch.addmm(torch.addmm(bias_b, mixed, weight_bt), h, weight_ht)
        i, f, g, o = gates.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        guess = torch.addmm(bias_o, h, weight_o.t())
        both = torch.cat([guess, current[t]], 1)
        out = torch.addmm(bias_v2, torch.relu(torch.addmm(bias_v1, both, weight_v1.t())), weight_v2.t())
        own_re = torch.cat([own_re[:, 1:], out[:, :1]], 1)
        own_im = torch.cat([own_im[:, 1:], out[:, 1:]], 1)
        outputs.append(out)
    return torch.stack(outputs, 2)


class PlainLstm(nn.Module):
    """The ablation: the last r noisy points predict the current one; neither refusion nor data validation."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.fragment = sizes.fragment
        self.cell = nn.LSTM(2 * sizes.fragment, sizes.hidden, batch_first=False)
        self.output = nn.Linear(sizes.hidden, 2)

    def forward(self, fid: Tensor) -> Tensor:
        """fid: [batch, 2, points], normalised; returns the denoised FID of the same shape."""
        batch, _, points = fid.shape
        r = self.fragment
        padded = nn.functional.pad(fid, (r, 0))
        fragments = padded[:, :, :-1].unfold(2, r, 1).permute(2, 0, 1, 3).reshape(points, batch, 2 * r)
        states, _ = self.cell(fragments)
        return self.output(states).permute(1, 2, 0)


def make_network(kind: str, sizes: Sizes) -> nn.Module:
    """kind: 'relstm' or 'lstm'."""
    if kind == "relstm":
        return ReLstm(sizes)
    if kind == "lstm":
        return PlainLstm(sizes)
    raise ValueError(f"Expected the network relstm or lstm, found {kind}.")
