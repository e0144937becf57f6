"""The CNN with CReLU: Hatami N et al., MICCAI 2018, LNCS 11070:467, doi:10.1007/978-3-030-00928-1_53.

Seven layers as there: five of convolution, CReLU and max-pooling, two fully connected. The paper's input has 2048 points over
4 kHz; ours has the 512 between 4.2 and 0.2 ppm, where all lines are. Those are zero-filled twofold, so that the first
convolution may step by two. Beside the convolutions there is a fixed linear layer, see linear_start.py.
"""

from torch import nn

from training.quantification.cnn.layers import CReLU, as_image, conv, pool
from training.quantification.cnn.linear_start import LinearStart, Readout

# Channels before CReLU doubles them, kernels, strides.
CONVOLUTIONS = ((16, 9, 2), (32, 7, 1), (48, 5, 1), (64, 5, 1))
LAST = (64, 3, 1)
HIDDEN = 96
# Linear estimates: at the paper's SNR, without noise, and between.
ESTIMATES = 3
LAST_POINTS = 512 // 2 // 2 ** len(CONVOLUTIONS)


class HatamiCnn(nn.Module):
    """[B, 2, 512] → (standardised amounts [B, outputs], features [B, 192])"""

    feature_count = 2 * HIDDEN

    def __init__(self, outputs):
        super().__init__()
        layers, channels = [], 2
        for width, kernel, stride in (*CONVOLUTIONS, LAST):
            layers += [conv(channels, width, kernel, stride), CReLU(), pool()]
            channels = 2 * width
        self.convolutions = nn.Sequential(*layers[:-1], nn.Flatten())
        self.start = LinearStart(outputs, ESTIMATES)
        self.readout = Readout(channels * LAST_POINTS, HIDDEN, outputs, ESTIMATES, CReLU())

    def forward(self, spectrum):
        return self.readout(self.convolutions(as_image(spectrum)), self.start(spectrum))
