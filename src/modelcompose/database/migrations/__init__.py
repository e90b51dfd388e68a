"""The schema's history. A migration stands alone: it imports no capability."""
