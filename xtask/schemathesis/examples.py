"""Gives the document examples that the server under test has.

Wherever Schemathesis looks at one thing, it takes the examples for all others: with the contract's own ids
nearly every case would end at an account that isn't there.
"""

import json
import os

import schemathesis


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Replaces the examples of parameters and of the fields that refer to something."""
    known = json.loads(os.environ["APPKEEP_EXAMPLES"])
    schemas = raw_schema["components"]["schemas"]
    for parameter in raw_schema["components"]["parameters"].values():
        if parameter["name"] in known:
            example = known[parameter["name"]]
            parameter["example"] = example
            parameter["schema"] = {**schemas["Identifier"], "example": example}
    for schema in ("AppBackupCreate", "AppUpdate"):
        fields = schemas[schema]["properties"]
        for name in fields.keys() & known.keys():
            fields[name] = {**fields[name], "example": known[name]}
    # A restore takes one source or the other, which no example of a single field says.
    for example in ("AppUpdateFromBackupRequest", "AppUpdateFromSnapshotRequest"):
        value = raw_schema["components"]["examples"][example]["value"]
        value.update({name: known[name] for name in value.keys() & known.keys()})
