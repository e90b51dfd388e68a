"""Reproducing: a run, or a whole lock, made again beside the project and compared.

All of it happens in a project of its own under `.ml/work/`, rebuilt from what a run recorded or
from the current checkout. Steps run there as they always do; the project and `ml.lock` stay.
"""
