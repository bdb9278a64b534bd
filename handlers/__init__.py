"""What wakes the app: one thin module per trigger. Durable waiting and the walk through a runbook live here too."""
