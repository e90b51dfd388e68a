"""Measure the model on flowers that it has not seen."""

import json
import math
from pathlib import Path

from flowers import probabilities, read


def main():
    model = json.loads(Path("models/iris.json").read_text())
    flowers, labels = read("data/test.csv")
    found = [probabilities(model, flower) for flower in flowers]
    right = sum(max(each, key=each.get) == label for each, label in zip(found, labels, strict=True))
    loss = -sum(math.log(each[label]) for each, label in zip(found, labels, strict=True))
    metrics = {"accuracy": right / len(labels), "loss": loss / len(labels)}
    Path("metrics.json").write_text(json.dumps(metrics, indent=2))
    print(f"{right} of {len(labels)} flowers are told right")


if __name__ == "__main__":
    main()
