"""Where a hub listens: this machine's own address, and Docker's bridge; begun when it is called."""
