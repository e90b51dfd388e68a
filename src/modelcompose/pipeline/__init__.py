"""The pipeline: which steps there are, which must run and why, and carrying that out."""
