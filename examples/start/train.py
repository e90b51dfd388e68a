"""Fit a softmax regression that tells the species of a flower."""

import json
import math
import os
from pathlib import Path

from flowers import probabilities, read

LEARNING_RATE = float(os.environ.get("LEARNING_RATE", "0.1"))
EPOCHS = int(os.environ.get("EPOCHS", "200"))


def main():
    flowers, labels = read("data/train.csv")
    model = {species: [0.0] * (len(flowers[0]) + 1) for species in sorted(set(labels))}
    for epoch in range(1, EPOCHS + 1):
        loss = 0.0
        for flower, label in zip(flowers, labels, strict=True):
            found = probabilities(model, flower)
            loss -= math.log(found[label]) / len(flowers)
            for species, weights in model.items():
                error = (species == label) - found[species]
                for index, value in enumerate([1.0, *flower]):
                    weights[index] += LEARNING_RATE * error * value
        if epoch % 20 == 0:
            print(f"epoch={epoch} loss={loss:.4f}", flush=True)
    Path("models").mkdir(exist_ok=True)
    Path("models/iris.json").write_text(json.dumps(model, indent=2))


if __name__ == "__main__":
    main()
