"""Our own check: a token of another account can't access any of an account's resources.

Schemathesis' check asks for an object once per operation, and only reads. This one repeats what succeeded as the
stranger, in the owner's account (always 403) and below the stranger's own (404, since the app isn't there), and
tries to delete what was read. A list of accounts shows a stranger other ones.
"""

import os

import requests
import schemathesis

import tally

OWNER = "/accounts/5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01"
STRANGER = "/accounts/5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02"

# The operation that is asked without an account, and shows those that a token is good for.
ACCOUNTS = "account_list"

# How often each operation's successes are repeated. The answer is the same ever after.
TIMES_MAX = 20

_session = requests.Session()
_session.trust_env = False
_times = {}


@schemathesis.check
def isolation_of_accounts(ctx, response, case):
    """Repeats as the stranger what succeeded as the owner."""
    operation = tally.operation_of(case)
    request = response.request
    if operation == ACCOUNTS and response.status_code == 200:
        sees_its_own(operation, request)
    if not 200 <= response.status_code < 300 or OWNER not in request.url:
        return
    if _times.get(operation, 0) >= TIMES_MAX:
        return
    _times[operation] = _times.get(operation, 0) + 1
    methods = [request.method]
    if request.method == "GET" and case.path_parameters.keys() & {"appBackup_id", "appSnap_id"}:
        methods.append("DELETE")
    # What every account has is a list of its own.
    elsewhere = len(case.path_parameters) > 1
    for method in methods:
        refused(operation, request, method, request.url, 403)
        if elsewhere:
            refused(operation, request, method, request.url.replace(OWNER, STRANGER), 404)


def sees_its_own(operation, request):
    """Lists accounts as the stranger, who has one, and not the owner's."""
    answer = _session.get(request.url, headers=as_stranger(request), timeout=60)
    assert answer.status_code == 200, f"{request.url} as a stranger was answered {answer.status_code}"
    owner = OWNER.rsplit("/", 1)[-1]
    assert owner not in answer.text, f"{request.url} shows a stranger the account {owner}: {answer.text[:500]}"
    tally.isolated(operation)


def as_stranger(request):
    """The request's headers with the stranger's token."""
    headers = {**request.headers, "Authorization": os.environ["APPKEEP_STRANGER"]}
    headers.pop("Content-Length", None)
    return headers


def refused(operation, request, method, url, status):
    """Sends the stranger's request, which has to be answered with that status."""
    answer = _session.request(method, url, data=request.body, headers=as_stranger(request), timeout=60)
    assert answer.status_code == status, (
        f"{method} {url} as a stranger was answered {answer.status_code}, not {status}: {answer.text[:500]}"
    )
    tally.isolated(operation)
