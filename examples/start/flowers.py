"""Flowers as numbers, and what the model makes of them."""

import csv
import math
from pathlib import Path


def read(path):
    """Give the measures of each flower, in decimetres, and its species."""
    with Path(path).open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [[float(value) / 10 for value in row[:-1]] for row in rows], [row[-1] for row in rows]


def probabilities(model, flower):
    """Give how likely a flower is to be of each species."""
    scores = {
        species: weights[0] + sum(w * x for w, x in zip(weights[1:], flower, strict=True))
        for species, weights in model.items()
    }
    highest = max(scores.values())
    powers = {species: math.exp(score - highest) for species, score in scores.items()}
    total = sum(powers.values())
    return {species: power / total for species, power in powers.items()}
