"""Pages for people, rendered by the app itself: no script, no build step, nothing from elsewhere."""
