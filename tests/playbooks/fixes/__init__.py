"""One module a fix, on the ARM simulator."""
