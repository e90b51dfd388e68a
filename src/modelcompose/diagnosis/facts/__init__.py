"""What checks rest on: asked of Docker, git, the driver and the project's files, once each."""
