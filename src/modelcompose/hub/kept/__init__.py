"""The hub that stays up for services which log: started by `up`, ended by itself."""
