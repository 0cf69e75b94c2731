"""Replaces the examples in the document by ids that exist on the server under test.

When Schemathesis varies one value, it uses the examples for all others. With the contract's own ids, nearly every case
would fail because the account doesn't exist.
"""

import json
import os

import schemathesis

# A file of the app's volume, and so of its backups.
FILE = "/data/greeting.txt"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Replaces the examples of parameters and of the fields with references to resources."""
    known = json.loads(os.environ["APPKEEP_EXAMPLES"])
    schemas = raw_schema["components"]["schemas"]
    parameters = raw_schema["components"]["parameters"]
    for parameter in parameters.values():
        if parameter["name"] == "path":
            parameter["example"] = FILE
        if parameter["name"] in known:
            example = known[parameter["name"]]
            parameter["example"] = example
            parameter["schema"] = {**schemas["Identifier"], "example": example}
    for schema in ("AppBackupCreate", "AppUpdate", "AppRestoreCreate"):
        fields = schemas[schema]["properties"]
        for name in fields.keys() & known.keys():
            fields[name] = {**fields[name], "example": known[name]}
    # A restore takes exactly one source, which examples of single fields can't express.
    for example in ("AppUpdateFromBackupRequest", "AppUpdateFromSnapshotRequest", "AppRestoreInPlaceRequest"):
        value = raw_schema["components"]["examples"][example]["value"]
        value.update({name: known[name] for name in value.keys() & known.keys()})
    # Files are read from a backup that is deleted only if a test finds it in a list.
    lasting = {**parameters["AppBackupId"], "example": known["backupID"]}
    lasting["schema"] = {**schemas["Identifier"], "example": known["backupID"]}
    for path, item in raw_schema["paths"].items():
        if path.endswith(("/files", "/content", "/changes")):
            item["parameters"] = [
                lasting if parameter["$ref"].endswith("/AppBackupId") else parameter for parameter in item["parameters"]
            ]
