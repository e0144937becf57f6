"""QNet (Chen et al. 2024) and its end-to-end twin."""
