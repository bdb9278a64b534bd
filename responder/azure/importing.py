"""The SDKs are imported by one thread at a time.

The modules of azure-core import each other in circles. A thread that enters such a circle while another one is in the
middle of it is handed half-made modules, and fails with an ImportError: in a new instance, where many activities begin
at once, that was the end of incidents. Source: the Python documentation, "importlib": a submodule that is there counts
as imported, though its package is not yet; CPython, ``_bootstrap.py``, ``_DeadlockError``; azure-core 1.41.0,
``azure.core.utils._pipeline_transport_rest_shared``, which imports the package that imports it.
"""

from threading import RLock

ALONE = RLock()
"""To be held around every import of an SDK, and around what makes a client or credential, which imports more."""
