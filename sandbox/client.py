"""Talks to the app over HTTP as an action group, a person or a program would."""

import asyncio
import time
from http import HTTPStatus
from typing import Any

import aiohttp

_POLL = 0.1  # seconds


class FunctionsClient:
    """The app's API."""

    def __init__(self, base: str, key: str) -> None:
        self._base, self._headers = base, {"x-functions-key": key}
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """One connection pool, opened with the first call."""
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        return self._session

    async def post_alert(self, body: object) -> dict[str, Any]:
        """Post an alert; the answer names its incidents.

        Raises:
            aiohttp.ClientResponseError: the app did not accept it.
        """
        async with self.session.post(f"{self._base}/api/alerts", json=body) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def pause(self, *, paused: bool = True) -> None:
        """Turn the switch off, or on again.

        Raises:
            aiohttp.ClientResponseError: the app did not accept it.
        """
        async with self.session.post(f"{self._base}/api/switch", json={"paused": paused}) as answer:
            answer.raise_for_status()

    async def incident(self, name: str) -> dict[str, Any]:
        """The incident as it stands; empty while the host cannot be reached or does not know it."""
        try:
            async with self.session.get(f"{self._base}/api/incidents/{name}") as answer:
                return dict(await answer.json()) if answer.status == HTTPStatus.OK else {}
        except aiohttp.ClientError:
            return {}

    async def wait_for_end(self, name: str, seconds: float) -> dict[str, Any]:
        """The incident once it has ended and was reported.

        Raises:
            TimeoutError: it has not within so many real seconds.
        """
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            found = await self.incident(name)
            if is_over(found):
                return found
            await asyncio.sleep(_POLL)
        message = f"incident {name} has not ended within {seconds:g} s"
        raise TimeoutError(message)

    async def run_timer(self, name: str, master: str) -> None:
        """Run a timer function now, as an administrator may.

        Raises:
            aiohttp.ClientResponseError: there is none of that name.
        """
        url, headers = f"{self._base}/admin/functions/{name}", {"x-functions-key": master}
        async with self.session.post(url, json={}, headers=headers) as answer:
            answer.raise_for_status()

    async def instances(self, system: str, prefix: str, statuses: str = "") -> list[dict[str, Any]]:
        """The first 100 orchestrations whose id begins so, as the Durable extension's own API lists them.

        Args:
            system: the extension's key.
            prefix: of their ids.
            statuses: runtime statuses, separated by commas; none for all.

        Raises:
            aiohttp.ClientResponseError: the host does not answer.
        """
        url = f"{self._base}/runtime/webhooks/durabletask/instances"
        headers, params = {"x-functions-key": system}, {"instanceIdPrefix": prefix, "runtimeStatus": statuses}
        async with self.session.get(url, params=params, headers=headers) as answer:
            answer.raise_for_status()
            return list(await answer.json())

    async def decide(self, url: str, decision: str) -> int:
        """Press a button of a decision page; answers with the HTTP status."""
        async with self.session.post(url, data={"decision": decision}) as answer:
            return answer.status

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()


def is_over(incident: dict[str, Any]) -> bool:
    """Whether an incident has ended and its result was delivered or given up."""
    return incident.get("state") == "ended" and bool(incident.get("reported"))
