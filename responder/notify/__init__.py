"""Telling the outside: the message, its signature, its delivery; and keeping secrets out of all of it."""
