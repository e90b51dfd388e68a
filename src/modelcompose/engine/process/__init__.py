"""The embedded engine: steps as processes of this machine, without Docker and isolation.

What it cannot do, by its nature: container paths in commands and variables mean nothing here
(only the working folder is mapped), nothing is mounted (large inputs are symbolic links), inputs
are not protected from writes, and services are not started.
"""
