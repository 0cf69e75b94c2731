"""Creates a backup, waits until it is completed, lists the app's backups, and deletes it."""

import time
from http import HTTPStatus
from typing import TypeVar

from appkeep_api.api.application_backups import (
    app_backup_create_for_app,
    app_backup_delete_for_app,
    app_backup_fetch_for_app,
    app_backup_list_for_app,
)
from appkeep_api.models import (
    AppBackup,
    AppBackupCreate,
    AppBackupCreateType,
    AppBackupList,
    AppBackupVersion,
    DetailedProblem,
    Problem,
    ResourceState,
)
from demo import Demo, demo

T = TypeVar("T")

IN_PROGRESS = {ResourceState.PENDING, ResourceState.DISCOVERING, ResourceState.RUNNING}
POLL_SECS = 0.5
WAIT_MAX_SECS = 120


def expect(kind: type[T], response: object) -> T:
    """Returns a response of the expected kind; raises an error that describes any other."""
    if isinstance(response, kind):
        return response
    if isinstance(response, Problem | DetailedProblem):
        raise RuntimeError(f"{response.status} {response.title}: {response.detail}")
    raise RuntimeError(f"expected {kind.__name__}, received {response!r}")


def create(server: Demo, name: str) -> AppBackup:
    """Creates a backup. It is `pending` at first."""
    body = AppBackupCreate(
        type_=AppBackupCreateType.APPLICATIONASTRA_APPBACKUP,
        version=AppBackupVersion.VALUE_1,
        name=name,
    )
    created = app_backup_create_for_app.sync(server.account, server.app, client=server.client, body=body)
    return expect(AppBackup, created)


def wait(server: Demo, backup: AppBackup) -> AppBackup:
    """Polls a backup until it is completed."""
    deadline = time.monotonic() + WAIT_MAX_SECS
    while backup.state in IN_PROGRESS and time.monotonic() < deadline:
        time.sleep(POLL_SECS)
        fetched = app_backup_fetch_for_app.sync(
            server.account, server.app, backup.id, client=server.client
        )
        backup = expect(AppBackup, fetched)
    if backup.state != ResourceState.COMPLETED:
        raise RuntimeError(f"the backup is {backup.state}: {backup.state_unready}")
    return backup


def names(server: Demo) -> list[str]:
    """Lists the names of the app's backups."""
    listed = app_backup_list_for_app.sync(server.account, server.app, client=server.client)
    # Items are lists of values if the request has `include`.
    return [backup.name for backup in expect(AppBackupList, listed).items if isinstance(backup, AppBackup)]


def delete(server: Demo, backup: AppBackup) -> None:
    """Deletes a backup and its data."""
    deleted = app_backup_delete_for_app.sync_detailed(
        server.account, server.app, backup.id, client=server.client
    )
    if deleted.status_code != HTTPStatus.NO_CONTENT:
        raise RuntimeError(f"the backup wasn't deleted: {deleted.parsed}")


def main() -> None:
    with demo() as server:
        backup = wait(server, create(server, "from-python"))
        print(f"{backup.name} is {backup.state}, {backup.total_bytes} bytes")
        print(f"backups: {names(server)}")
        delete(server, backup)
        print(f"backups: {names(server)}")


if __name__ == "__main__":
    main()
