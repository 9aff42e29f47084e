"""Odoo as its web client sees it: one session per person, JSON-RPC, files."""

import base64
import itertools

import requests

TIMEOUT = 120  # seconds for one answer


class OdooError(Exception):
    """What the server refused; ``str()`` is the sentence that a person would read."""

    def __init__(self, error):
        data = error.get("data") or {}
        super().__init__(data.get("message") or error.get("message") or str(error))
        self.name = data.get("name", "")
        self.debug = data.get("debug", "")


class OdooClient:
    """A logged-in user. Not shared between threads: each person has his own.

    Only what a browser may do: log in with a password, call public methods with the
    user's own rights, fetch files by address.
    """

    def __init__(self, url, database):
        self.url = url
        self.database = database
        self.http = requests.Session()
        self.http.trust_env = False
        self.session = {}
        self.context = {}
        self._numbers = itertools.count(1)

    def login(self, login, password):
        try:
            self.session = self._json(
                "/web/session/authenticate",
                {"db": self.database, "login": login, "password": password},
            )
        except OdooError as error:
            raise OdooError({"message": f"login of {login}: {error}"}) from error
        self.context = dict(self.session.get("user_context") or {})
        return self

    @property
    def user_id(self):
        return self.session["uid"]

    @property
    def partner_id(self):
        return self.session["partner_id"]

    def call(self, model, method, *args, **kwargs):
        """``model.method(*args, **kwargs)`` as this user; ids of records come first."""
        kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        return self._json(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def search(self, model, domain, **kwargs):
        return self.call(model, "search", domain, **kwargs)

    def search_read(self, model, domain, fields, **kwargs):
        return self.call(
            model, "search_read", domain=domain, fields=list(fields), **kwargs
        )

    def search_count(self, model, domain):
        return self.call(model, "search_count", domain)

    def read(self, model, ids, fields):
        return self.call(model, "read", ids, list(fields))

    def read_one(self, model, record_id, fields):
        return self.read(model, [record_id], fields)[0]

    def create(self, model, values, **kwargs):
        """One record; its id."""
        return self.call(model, "create", [values], **kwargs)[0]

    def write(self, model, ids, values):
        return self.call(model, "write", ids, values)

    def download(self, model, record_id, field):
        """A binary field by the address that a download link has."""
        return self.get(f"/web/content/{model}/{record_id}/{field}")

    def get(self, path):
        answer = self.http.get(self.url + path, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.content

    def cookie(self):
        return self.http.cookies.get("session_id")

    def _json(self, path, params):
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": next(self._numbers),
            "params": params,
        }
        answer = self.http.post(self.url + path, json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        reply = answer.json()
        if "error" in reply:
            raise OdooError(reply["error"])
        return reply.get("result")


def encode(content):
    """Bytes as a binary field takes them."""
    return base64.b64encode(content).decode()
