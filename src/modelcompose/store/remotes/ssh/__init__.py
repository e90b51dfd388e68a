"""Files of another machine, by the user's own `ssh`, and a remote made of them."""
