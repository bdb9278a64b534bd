"""A night in which very many backups fail at once: what the app makes of it, held against what Azure's limits allow."""
