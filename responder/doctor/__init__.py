"""Whether the app can do its work: one small module a probe, each of which looks and changes nothing."""
