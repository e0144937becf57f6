"""Time-frequency CNN on the complex Morse scalogram (Shamaei 2020)."""
