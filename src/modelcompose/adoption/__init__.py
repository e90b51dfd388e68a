"""Taking up a project that exists: commands recorded as they are, and steps proposed for it."""
