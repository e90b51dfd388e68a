"""Datasets: what runs read and wrote, what locks name, what clients told; version by version."""
