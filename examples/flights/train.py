"""Train gradient-boosted trees that tell how likely a flight is to arrive late."""

from __future__ import annotations

import os
from pathlib import Path

import joblib
import mlflow
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

PREPARED = Path("data/prepared")
MODEL = Path("models/delay/model.joblib")
LR = float(os.environ.get("LR", "0.1"))
DEPTH = int(os.environ.get("DEPTH", "6"))
EPOCHS = int(os.environ.get("EPOCHS", "10"))

IS_STEP = "MLFLOW_RUN_ID" in os.environ
"""Whether there is a run to log into; by hand MLflow would begin one of its own."""

TREES_PER_EPOCH = 10
CATEGORIES = ["carrier", "origin", "dest", "manufacturer"]
VALIDATION_SHARE = 0.1
"""The latest flights of the training period: as the test period, they lie in the future."""


def main() -> None:
    table = pd.read_csv(PREPARED / "train.csv").drop(columns="time_hour")
    features, late = table.drop(columns="late"), table["late"]
    cut = int(len(table) * (1 - VALIDATION_SHARE))
    print(f"flights: {cut} to learn from, {len(table) - cut} to validate on")

    encoder = make_column_transformer(
        (
            OrdinalEncoder(
                handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
            ),
            CATEGORIES,
        ),
        remainder="passthrough",
    )
    learn = encoder.fit_transform(features[:cut])
    validate = encoder.transform(features[cut:])

    trees = HistGradientBoostingClassifier(
        learning_rate=LR,
        max_depth=DEPTH,
        categorical_features=list(range(len(CATEGORIES))),  # the encoder puts them first
        early_stopping=False,
        warm_start=True,
        random_state=0,
    )
    for epoch in range(1, EPOCHS + 1):
        if epoch == EPOCHS and IS_STEP:  # the fit that makes the whole model
            mlflow.sklearn.autolog(log_models=False, log_datasets=False, silent=True)
        trees.set_params(max_iter=epoch * TREES_PER_EPOCH).fit(learn, late[:cut])
        loss = log_loss(late[cut:], trees.predict_proba(validate)[:, 1])
        print(f"epoch={epoch} loss={loss:.4f}", flush=True)

    vars(trees).pop("_mlflow_run_id", None)  # autolog's mark: the model would differ with each run
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(make_pipeline(encoder, trees), MODEL)
    print(f"{MODEL}: {trees.n_iter_} trees, {MODEL.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
