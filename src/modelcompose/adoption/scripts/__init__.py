"""What a Python script reads and writes, told from its text alone: nothing is imported or run.

A look at the text cannot see everything; a recording (`run --record`) can. It is right about what
it names, mostly complete for scripts that name their files, and silent where it does not know.
"""
