"""Cubic B-splines over the bins of the band spectrum: what baselines and backgrounds are drawn with.

The baseline of the solve has one knot interval every 0.1 ppm; its roughness is the RMS of the second differences of its
coefficients, and its penalty is lambda = (noise SD / allowed roughness)^2 (Eilers & Marx, Statist Sci 1996;11:89).
"""

import torch

SPLINE_INTERVALS = 40


def spline_matrix(points, intervals):
    """Uniform cubic B-splines over equally spaced points: [intervals + 3, points]."""
    position = torch.arange(points, dtype=torch.float64) / (points - 1) * intervals
    matrix = torch.zeros(intervals + 3, points, dtype=torch.float64)
    for k in range(intervals + 3):
        d = (position - (k - 1)).abs()
        near = 2 / 3 - d**2 + d**3 / 2
        far = (2 - d).clamp(min=0) ** 3 / 6
        matrix[k] = torch.where(d < 1, near, far)
    return matrix.float()


def second_differences(count):
    """[count - 2, count]"""
    return torch.diff(torch.eye(count, dtype=torch.float64), n=2, dim=0)
