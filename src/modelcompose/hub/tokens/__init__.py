"""Tokens: who may do what on a hub. No HTTP here."""
