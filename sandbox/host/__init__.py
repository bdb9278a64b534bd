"""A local Functions host: loads an unmodified app and serves its triggers as Azure would, on a virtual clock."""
