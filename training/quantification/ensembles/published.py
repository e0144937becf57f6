"""What Rizzo R et al., Magn Reson Med 2023;89:1707 report: groups of metabolites by slope times R² (section 3.2), averages over
24 networks, and of the model fit beside them.
"""

CITATION = (
    "Rizzo R, Dziadosz M, Kyathanahally SP, Shamaei A, Kreis R. Quantification of MR spectra by deep learning in an idealized"
    " setting: Investigation of forms of input, network architectures, optimization by ensembles of networks, and training bias."
    " Magn Reson Med 2023;89:1707-1727. doi:10.1002/mrm.29561"
)

# (metabolites, slope * R² of the networks, of the model fit); None: open.
GROUPS = {
    "wellRepresented": {"metabolites": ["NAA", "tCho", "tCr", "Ins", "Glu"], "networks": [0.80, None], "modelFit": [0.95, None]},
    "mediumRepresented": {"metabolites": ["Glc", "NAAG", "Gln", "GSH"], "networks": [0.50, 0.75], "modelFit": [0.75, 0.90]},
    "weaklyRepresented": {
        "metabolites": ["Scyllo", "Gly", "Asp", "PE", "Tau", "Lac", "GABA"],
        "networks": [None, 0.40],
        "modelFit": [None, 0.65],
    },
}
PUBLISHED = {"slopeTimesR2": GROUPS, "source": "sLASER TE 35 ms, 3 T, SNR 5 to 40, shim 2 to 5 Hz"}

TITLES = {
    "shallownet-2d2c": "ShallowNet-2D2c: CNN on a two-channel spectrogram (Rizzo 2022)",
    "resnet-1d": "ResNet-1D: residual CNN on real and imaginary spectrum (Rizzo 2022)",
    "unet": "U-Net: spectra of single metabolites, integrated (Rizzo 2022)",
    "hybrid-ensemble": "Hybrid stacked ensemble of ShallowNet-2D2c, ResNet-1D and U-Net (Rizzo 2022)",
}
