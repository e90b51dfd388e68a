"""Sends what this user's hub recorded to a shared hub, each point once."""
