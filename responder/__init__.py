"""What handlers and playbooks both speak: incidents, guards, the gateway to ARM, notification and settings."""
