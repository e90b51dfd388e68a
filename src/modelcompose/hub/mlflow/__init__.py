"""MLflow's REST protocol, as its unmodified client speaks it; one module for each area."""
