"""DQ-nMM, DQ-pMM, DQ-rpMM: self-supervised autoencoders with a signal model as decoder (Shamaei et al. 2023)."""
