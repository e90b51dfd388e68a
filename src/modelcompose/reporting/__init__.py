"""Reports: Markdown with live blocks, read, filled with what a hub knows, and made into a page."""
