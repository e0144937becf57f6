"""Supervised networks from a band spectrum straight to amounts: what they share, and the first of them (Hatami 2018)."""
