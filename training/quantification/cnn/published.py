"""Hatami N et al., MICCAI 2018, Table 1: SMAPE in % of the CNN with CReLU, without noise and at SNR 10."""

CITATION = (
    "Hatami N, Sdika M, Ratiney H. Magnetic resonance spectroscopy quantification using deep learning. MICCAI 2018, LNCS"
    " 11070:467-475. doi:10.1007/978-3-030-00928-1_53"
)

# name: (without noise, SNR 10)
TABLE_1 = {
    "Ala": (2.80, 21.03),
    "Asc": (3.92, 20.64),
    "Asp": (5.23, 25.87),
    "Cr": (12.28, 19.64),
    "GABA": (5.98, 24.37),
    "GPC": (3.34, 13.67),
    "GSH": (4.44, 19.06),
    "Glc": (2.01, 20.85),
    "Gln": (9.89, 22.98),
    "Glu": (7.74, 22.29),
    "Gly": (9.81, 21.50),
    "Ins": (8.72, 20.20),
    "Lac": (2.43, 20.40),
    "NAA": (5.38, 18.95),
    "NAAG": (3.76, 16.03),
    "PCho": (4.94, 14.27),
    "PCr": (11.19, 19.39),
    "PE": (10.96, 23.29),
    "Tau": (11.65, 22.18),
    "Scyllo": (6.10, 14.09),
    "Mac": (0.86, 8.84),
}
