"""Prints the rows of a V2 set as pyodata reads them: read_by_pyodata.py ROOT SET USER PASSWORD."""

import datetime
import json
import sys

import pyodata
import requests

root, name, user, password = sys.argv[1:]
session = requests.Session()
session.auth = (user, password)
# Types that the library does not need to know to read values.
client = pyodata.Client(root, session)
rows = getattr(client.entity_sets, name).get_entities().execute()
properties = [p.name for p in client.schema.entity_set(name).entity_type.proprties()]


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    return value


print(json.dumps([{p: plain(getattr(row, p)) for p in properties} for row in rows]))
