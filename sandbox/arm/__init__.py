"""A simulator of Azure Resource Manager for the backup of virtual machines."""

from sandbox.arm.alert_routes import ROUTES, alert_by
from sandbox.arm.alerts import builtin_alert
from sandbox.arm.build import build_world
from sandbox.arm.cloud import Call, Cloud
from sandbox.arm.fleet import over_vaults
from sandbox.arm.server import Servers, serve
from sandbox.arm.world import World

__all__ = [
    "ROUTES",
    "Call",
    "Cloud",
    "Servers",
    "World",
    "alert_by",
    "build_world",
    "builtin_alert",
    "over_vaults",
    "serve",
]
