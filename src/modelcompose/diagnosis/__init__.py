"""What is wrong with the machine, the project and the home folder, and how each is mended."""
