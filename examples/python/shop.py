"""A client of a commerce-core shop that knows nothing but the shop's /openapi.json. Python 3.9 or later, no packages."""

import json
import random
import time
import uuid
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

ATTEMPTS_MAX = 5


class Refusal(Exception):
    """The shop refused a call: `code`, `details` and `hint` are those of docs/reference/errors.md."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.status = error["data"]["httpStatus"]
        self.code = error["data"]["commerce"]["code"]
        self.hint = error["data"]["commerce"]["hint"]
        self.details = error["data"]["commerce"].get("details")


class Shop:
    """Each operation of the document is a method: `shop.orderCreate(lines=[...])` calls `order.create`."""

    def __init__(self, url, token=None):
        self.url = url.rstrip("/")
        self.headers = {"authorization": f"Bearer {token}"} if token else {}
        with urlopen(f"{self.url}/openapi.json") as response:
            self.document = json.load(response)
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in self.document["paths"].items()
            if path.startswith("/trpc/")
            for method, operation in item.items()
        }

    def __getattr__(self, name):
        if name not in self.operations:
            raise AttributeError(f"the shop has no operation {name}")
        method, path, operation = self.operations[name]
        if "text/event-stream" in operation["responses"]["200"]["content"]:
            return lambda **given: self._stream(path, given)
        return lambda idempotency_key=None, **given: self._call(method, path, operation, given, idempotency_key)

    def _call(self, method, path, operation, given, key):
        parameters = [self._resolved(each) for each in operation["parameters"]]
        headers = dict(self.headers)
        takes_key = any(each["name"] == "Idempotency-Key" for each in parameters)
        if takes_key:
            headers["idempotency-key"] = key or str(uuid.uuid4())
        if method == "POST":
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            headers["content-type"] = "application/json"
            request = lambda: Request(self.url + path, json.dumps(given).encode(), headers, method=method)
        else:
            schema = next((each["content"]["application/json"]["schema"] for each in parameters if each["name"] == "input"), {})
            search = f"?input={quote(json.dumps(given))}" if given else ""
            request = lambda: Request(self.url + path + search, headers=headers)
        check(self._resolved(schema, "schemas"), given)
        return self._answer(request, repeats=takes_key or method == "GET")

    def _answer(self, request, repeats):
        """A call that may be repeated is sent again after a lost answer or a 503: with the same key, it runs once."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                with urlopen(request(), timeout=60) as response:
                    return json.load(response)["result"]["data"]
            except HTTPError as error:
                refusal = Refusal(json.load(error)["error"])
                if not repeats or attempt == ATTEMPTS_MAX or (refusal.status != 503 and refusal.code != "idempotency_in_progress"):
                    raise refusal from None
            except (OSError, HTTPException):
                if not repeats or attempt == ATTEMPTS_MAX:
                    raise
            time.sleep(0.2 * 2**attempt * (0.5 + random.random()))

    def _stream(self, path, given):
        """Yields the data of each event, as the shop sends it. A lost connection is opened again, behind the last event."""
        headers = dict(self.headers)
        while True:
            try:
                with urlopen(Request(f"{self.url}{path}?input={quote(json.dumps(given))}", headers=headers)) as response:
                    for event in events_of(response):
                        if event.get("event") == "serialized-error":
                            raise Refusal(json.loads(event["data"]))
                        if "event" not in event and "id" in event:
                            headers["last-event-id"] = event["id"]
                            yield json.loads(event["data"])
            except HTTPError as error:
                refusal = Refusal(json.load(error)["error"])
                if refusal.status != 503:
                    raise refusal from None
            except (OSError, HTTPException):
                pass
            time.sleep(0.5 + random.random())

    def _resolved(self, part, kind="parameters"):
        """The part, or the one that it refers to: `#/components/parameters/IdempotencyKey`."""
        name = part.get("$ref", "").rpartition("/")[2]
        return self.document["components"][kind][name] if name else part


def events_of(response):
    """The server-sent events of a response: their fields `event`, `id` and `data`."""
    event = {}
    for line in response:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            event[name] = value
        else:
            yield event
            event = {}


def check(schema, given):
    """A misspelled or missing field is an error of the program, so it never reaches the shop."""
    unknown = set(given) - set(schema.get("properties", {}))
    missing = set(schema.get("required", [])) - set(given)
    if unknown or missing:
        raise TypeError(f"unknown fields {sorted(unknown)}, missing fields {sorted(missing)}")
