"""Pure helpers that several checks share: how to read an agent, a network, a key vault, a time."""
