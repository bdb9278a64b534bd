"""``python -m responder.cli``: the app's HTTP API for people on call.

It reads no setting of the app and no Azure, but for ``doctor --local``.
"""
