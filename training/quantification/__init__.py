"""Networks that quantify spectra: simulated data, training core, and one package a family of networks."""
