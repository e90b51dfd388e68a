"""A hub beside the folder of a project: it sees for itself how the project stands (ADR 0028)."""
