"""Extensions of virtual machines.

Source: azure-mgmt-compute 39.0.0 (API 2026-04-01); the list has no pages.
"""

from responder.azure import places
from responder.azure.calls import Calls, answer, body, changes, identity
from responder.azure.long_running import started
from responder.azure.model import Extension
from responder.azure.translate import translated
from responder.dig import dig, rows, text
from responder.errors import NotFound


class Extensions(Calls):
    """What is installed on a VM through the platform. Every method raises `ArmError`s."""

    @translated
    def extensions(self, vm_id: str) -> list[Extension]:
        """The extensions of a VM, each with the texts of its instance view."""
        vm = places.resource(vm_id, places.MACHINE)
        calls = self._clients.compute(vm.subscription).virtual_machine_extensions
        found = body(calls.list(vm.group, vm.name, expand="instanceView"))
        return [extension_of(row) for row in rows(found, "value")]

    @changes
    def delete_extension(self, vm_id: str, name: str) -> str | None:
        """Start to remove an extension; the operation's URL, or None if it is gone."""
        try:
            return self._delete_extension(vm_id, name)
        except NotFound:
            return None

    @translated
    def _delete_extension(self, vm_id: str, name: str) -> str | None:
        vm = places.resource(vm_id, places.MACHINE)
        begin_delete = self._clients.compute(vm.subscription).virtual_machine_extensions.begin_delete
        poller = begin_delete(vm.group, vm.name, places.segment(name), polling=False, cls=answer)
        return started(poller.result())


def extension_of(row: object) -> Extension:
    """An extension from its JSON."""
    properties = dig(row, "properties")
    view = dig(properties, "instanceView")
    said = [*rows(view, "statuses"), *rows(view, "substatuses")]
    return Extension(
        id=identity(row),
        name=text(row, "name") or "",
        publisher=text(properties, "publisher"),
        type=text(properties, "type"),
        version=text(view, "typeHandlerVersion") or text(properties, "typeHandlerVersion"),
        state=text(properties, "provisioningState"),
        messages=[words for status in said if (words := text(status, "message") or text(status, "displayStatus"))],
    )
