"""Many people at once, each with a session, over plain keep-nothing HTTP.

http.client and not requests: the crowd shares the machine with the servers.
"""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field

TIMEOUT = 180  # seconds for one answer


class Refused(Exception):
    """What the server answered instead of a result: its error's name and text."""


@dataclass
class Person:
    """A session of one user; it is valid on every server of the database."""

    login: str
    port: int
    database: str
    session: str = ""
    uid: int = 0
    context: dict = field(default_factory=dict)

    def call(self, model, method, *args, port=None, **kwargs):
        kwargs["context"] = self.context
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self._post(path, params, port)

    def _post(self, path, params, port=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", port or self.port, timeout=TIMEOUT
        )
        try:
            body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
            connection.request(
                "POST",
                path,
                body,
                {
                    "Content-Type": "application/json",
                    "Cookie": f"session_id={self.session}",
                },
            )
            answer = connection.getresponse()
            reply = json.loads(answer.read())
        finally:
            connection.close()
        if "error" in reply:
            data = reply["error"].get("data") or {}
            raise Refused(f"{data.get('name')}: {data.get('message')}")
        return reply.get("result")


@dataclass
class Stampede:
    """What a crowd did: the answers, and the seconds of each call."""

    answers: list
    taken: list[float]
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.taken) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.taken)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def stampede(people: list, act, seconds: float = 0, times: int = 0) -> Stampede:
    """All of them act at once, again and again.

    :param act: function of (person, number of the call); None ends a person's part,
        an error is an answer
    :param seconds: how long, or
    :param times: how often each
    """
    gate = threading.Barrier(len(people) + 1)
    answers: list = [[] for _person in people]
    taken: list = [[] for _person in people]
    end = [0.0]

    def work(index, person):
        gate.wait()
        number = 0
        while time.monotonic() < end[0] and (not times or number < times):
            begin = time.monotonic()
            try:
                answer = act(person, number)
            except (Refused, OSError, http.client.HTTPException, ValueError) as error:
                answer = error  # as when a server dies under a person
            if answer is None:
                return
            taken[index].append(time.monotonic() - begin)
            answers[index].append(answer)
            number += 1

    threads = [
        threading.Thread(target=work, args=pair, daemon=True)
        for pair in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    end[0] = time.monotonic() + (seconds or 600)
    begin = time.monotonic()
    gate.wait()
    for thread in threads:
        thread.join()
    return Stampede(
        [one for some in answers for one in some],
        [one for some in taken for one in some],
        time.monotonic() - begin,
    )
