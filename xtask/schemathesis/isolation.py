"""Our own check: a token of another account can't access any of an account's resources.

Schemathesis' own check requests an object once per operation, and only reads. This one repeats successful requests with
the token of the other account: in the owner's account (always 403), and with the path of the other account (404, since
it doesn't have the app). It also tries to delete the resources that were read. The list of accounts must not contain
the owner's account.
"""

import os

import requests
import schemathesis

import tally

OWNER = "/accounts/5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01"
OTHER = "/accounts/5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02"

# The operation whose path has no account. It lists the accounts that a token can access.
ACCOUNTS = "account_list"

# Maximum number of repeated requests per operation. The response doesn't change after that.
TIMES_MAX = 20

# The ends of the paths of resources that can be deleted.
RESOURCES = ("/{appBackup_id}", "/{appSnap_id}", "/{appRestore_id}", "/{schedule_id}")

_session = requests.Session()
_session.trust_env = False
_times = {}


@schemathesis.check
def isolation_of_accounts(ctx, response, case):
    """Repeats successful requests of the owner with the token of the other account."""
    operation = tally.operation_of(case)
    request = response.request
    if operation == ACCOUNTS and response.status_code == 200:
        lists_only_its_own_account(operation, request)
    if not 200 <= response.status_code < 300 or OWNER not in request.url:
        return
    if _times.get(operation, 0) >= TIMES_MAX:
        return
    _times[operation] = _times.get(operation, 0) + 1
    methods = [request.method]
    if request.method == "GET" and case.operation.path.endswith(RESOURCES):
        methods.append("DELETE")
    # Every account has the resources at these paths.
    elsewhere = len(case.path_parameters) > 1
    for method in methods:
        is_rejected(operation, request, method, request.url, 403)
        if elsewhere:
            is_rejected(operation, request, method, request.url.replace(OWNER, OTHER), 404)


def lists_only_its_own_account(operation, request):
    """Lists accounts with the token of the other account, which must not show the owner's account."""
    response = _session.get(request.url, headers=as_other(request), timeout=60)
    assert response.status_code == 200, f"{request.url} as the other account returned {response.status_code}"
    owner = OWNER.rsplit("/", 1)[-1]
    assert owner not in response.text, f"{request.url} shows the other account the account {owner}: {response.text[:500]}"
    tally.isolated(operation)


def as_other(request):
    """The request's headers with the other account's token."""
    headers = {**request.headers, "Authorization": os.environ["APPKEEP_OTHER"]}
    headers.pop("Content-Length", None)
    return headers


def is_rejected(operation, request, method, url, status):
    """Sends the request with the other account's token, which must return that status."""
    response = _session.request(method, url, data=request.body, headers=as_other(request), timeout=60)
    assert response.status_code == status, (
        f"{method} {url} as the other account returned {response.status_code}, expected {status}: {response.text[:500]}"
    )
    tally.isolated(operation)
