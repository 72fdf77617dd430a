"""Binomial bands: which counts chance explains."""
import math


def log_probability(k, n, p):
    """log of P(X = k) for X binomial with n draws of probability p, 0 < p < 1."""
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(p) + (n - k) * math.log1p(-p)


def band(n, p, alarm):
    """The least and the greatest count of n draws so that chance leaves them with at most `alarm`.

    Half of it for either side. A share of 0 or 1 leaves no room.
    """
    if p in (0, 1):
        return round(n * p), round(n * p)
    low, below = 0, 0.0
    while below + math.exp(log_probability(low, n, p)) <= alarm / 2:
        below += math.exp(log_probability(low, n, p))
        low += 1
    high, above = n, 0.0
    while above + math.exp(log_probability(high, n, p)) <= alarm / 2:
        above += math.exp(log_probability(high, n, p))
        high -= 1
    return low, high
