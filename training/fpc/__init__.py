"""Networks for frequency and phase correction of transients (dCrR, dCrRF, dSR, dSRF, Tapper, Ma)."""
