"""Emptying the trash, and dropping what nothing refers to."""
