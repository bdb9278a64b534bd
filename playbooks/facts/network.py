"""What effective security rules and routes do with traffic that a backup needs. Pure.

Sources: Microsoft Learn, "What is IP address 168.63.129.16?"; "Network security groups", evaluation by priority;
"Virtual network traffic routing", forced tunnelling.
"""

from collections import defaultdict
from collections.abc import Iterable

from responder.azure.model import Route, SecurityRule
from responder.wire import Wire

PLATFORM = "168.63.129.16"
_PLATFORM_TAGS = {"azureplatformdns", "azureplatformimds", "azureplatformlkm"}
_EVERYWHERE = {"*", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "internet"}
_TOWARDS_STORAGE = ("storage", "azurecloud")
_ANY_PROTOCOL = {"tcp", "all", "*", "any"}


class Target(Wire):
    """Where a VM must get to, over TCP. ``region`` is that of the VM, as service tags write it (``westeurope``)."""

    name: str
    ports: list[int]
    region: str = ""


def platform() -> Target:
    """The platform's own address, on the ports of the wire server and of the host plugin."""
    return Target(name="platform", ports=[80, 32526])


def storage(region: str) -> Target:
    """Azure Storage of the VM's region over HTTPS."""
    return Target(name="storage", ports=[443], region=region.replace(" ", "").lower())


def blocking_rule(rules: Iterable[SecurityRule], target: Target) -> SecurityRule | None:
    """The rule that denies the target; None if every group lets it pass.

    Traffic passes each group on its way (that of the subnet, that of the interface); in each one the first matching
    rule by priority decides.
    """
    groups: defaultdict[str, list[SecurityRule]] = defaultdict(list)
    for rule in rules:
        groups[(rule.group or "").lower()].append(rule)
    deciding = [_deciding(group, target, port) for group in groups.values() for port in target.ports]
    return next((rule for rule in deciding if rule and rule.access.lower() == "deny"), None)


def default_route(routes: Iterable[Route]) -> Route | None:
    """The active route of 0.0.0.0/0; one that a person made or a gateway announced goes before the default."""
    found = [route for route in routes if route.active and "0.0.0.0/0" in route.prefixes]
    return min(found, key=_rank, default=None)


def diverted_platform(routes: Iterable[Route]) -> Route | None:
    """An active route that sends the platform's address somewhere of its own."""
    wanted = {PLATFORM, f"{PLATFORM}/32"}
    return next((route for route in routes if route.active and wanted & set(route.prefixes)), None)


def _deciding(group: list[SecurityRule], target: Target, port: int) -> SecurityRule | None:
    matching = [rule for rule in group if _applies(rule, port) and _reaches(rule, target)]
    return min(matching, key=lambda rule: rule.priority, default=None)


def _applies(rule: SecurityRule, port: int) -> bool:
    outbound = rule.direction.lower() == "outbound" and rule.protocol.lower() in _ANY_PROTOCOL
    return outbound and any(_has(ports, port) for ports in rule.ports)


def _has(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    if first.strip() == "*":
        return True
    try:
        return int(first) <= port <= int(last or first)
    except ValueError:
        return False


def _reaches(rule: SecurityRule, target: Target) -> bool:
    places = {place.lower() for place in rule.destinations}
    if target.name == "platform":  # ordinary rules do not act on this address, only those that name it or its tags
        return bool(places & (_PLATFORM_TAGS | {PLATFORM, f"{PLATFORM}/32"}))
    tags = {f"{tag}{end}" for tag in _TOWARDS_STORAGE for end in ("", f".{target.region}")}
    return bool(places & (_EVERYWHERE | tags))


def _rank(route: Route) -> int:
    return {"user": 0, "virtualnetworkgateway": 1}.get((route.source or "").lower(), 2)
