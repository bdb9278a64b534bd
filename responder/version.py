"""The app's version, as its user agent and its health page tell it."""

VERSION = "0.1.0"
