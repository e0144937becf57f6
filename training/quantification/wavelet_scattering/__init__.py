"""Network on wavelet scattering coefficients (Shamaei 2021)."""
