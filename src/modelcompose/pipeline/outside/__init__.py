"""What steps read and that lies elsewhere: probes, URLs, and what has to be made every so often."""
