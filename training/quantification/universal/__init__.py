"""Our own network: lineshape, offsets and background from the spectrum; amounts by a linear solve with any basis set."""
