"""What people see, drawn by a real browser: cards and pages."""
