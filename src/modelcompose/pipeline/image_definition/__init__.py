"""What an image build is made of, found without building it.

The parts, from the text inwards: `dockerfile` reads instructions, `words` expands variables,
`stages` finds what the target needs, `context` finds the files that answer to it, with `ignore`
and `wildcards` for the two pattern languages, and `definition` puts it together.
"""

from __future__ import annotations

from modelcompose.pipeline.image_definition.definition import Definition, define

__all__ = ["Definition", "define"]
