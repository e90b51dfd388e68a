"""What steps log into their own runs: what they are given for it, and how it comes to the hub."""
