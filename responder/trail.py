"""An incident's trail in Azure's own record: the correlation id under which its requests are sent.

Azure Resource Manager takes it from the header ``x-ms-correlation-request-id``, and shows it in the subscription's
activity log. Source: what Azure Developer CLI (``correlation_policy.go``) and the Terraform provider azurerm
(``correlation_id.go``) send with their requests. ARM's contract with resource providers ("Common API Details") says
that ARM always sets this header; that a caller's own stays was not seen on real Azure.
"""

import re
from uuid import UUID

HEADER = "x-ms-correlation-request-id"

_INCIDENT = re.compile(r"inc-([0-9a-f]{32})")


def correlation_id(incident: str) -> str | None:
    """The 32 hex digits of an incident's id as a GUID, in lower case; None for the id of anything else."""
    found = _INCIDENT.fullmatch(incident)
    return str(UUID(hex=found[1])) if found else None
