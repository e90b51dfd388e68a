"""The docker engine: steps as containers, through Docker Compose's own semantics.

The compose CLI creates and starts what runs, from a rendered file; the Engine API follows it to
its end, so that a container outlives the command that started it.
"""
