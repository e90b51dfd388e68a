"""The hub: one HTTP application for runs, models and artifacts; only its verb imports it."""
