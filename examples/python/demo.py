"""A server for tests: starts `appkeep serve --demo`, and stops it at the end."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from appkeep_api import AuthenticatedClient


@dataclass(frozen=True)
class Demo:
    """A running server with sample data."""

    client: AuthenticatedClient
    account: UUID
    app: UUID


@contextmanager
def demo() -> Iterator[Demo]:
    """Starts a server. It also ends, and removes its data, when this process is killed."""
    command = ["appkeep", "serve", "--demo", "--format", "json", "--log", "warn,audit=off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                raise RuntimeError("the server didn't start: its stderr has the reason")
            started = json.loads(line)
            client = AuthenticatedClient(
                base_url=started["url"],
                token=started["token"],
                raise_on_unexpected_status=True,
                # The server is on this machine: proxies of the environment can't reach it.
                httpx_args={"trust_env": False},
            )
            with client:
                yield Demo(client, UUID(started["accountID"]), UUID(started["apps"][0]["id"]))
        finally:
            server.terminate()
