"""What one incident costs, the import that every new instance pays for, and how fast pages are of a full store."""
