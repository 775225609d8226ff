"""Serves the description with Prism: each operation answers with its first example,
each status with its own error, and a body that the description refuses with a 400.

    mock.py PRISM DESCRIPTION
"""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

METHODS = ["get", "post", "put"]
LAUNCHER = "/v1/enrichment/contact"


class Loader(yaml.SafeLoader):
    """Loads dates as texts, as in JSON."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(url, method="get", headers=None, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-api-key": "any", "content-type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data, headers, method=method.upper())
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def wait_for(url, prism):
    for _ in range(600):
        if prism.poll() is not None:
            sys.exit("Prism ended")
        try:
            return ask(url)
        except urllib.error.URLError:
            time.sleep(0.1)
    sys.exit("Prism does not answer")


def resolved(document, node):
    if "$ref" in node:
        for name in node["$ref"].removeprefix("#/").split("/"):
            document = document[name]
        return document
    return node


def first_example(document, holder):
    examples = holder["content"]["application/json"]["examples"]
    return resolved(document, next(iter(examples.values())))["value"]


def request(document, path, operation):
    """Returns the path with all required parameters, and the body."""
    parameters = [resolved(document, one) for one in operation.get("parameters", [])]
    query = {one["name"]: one["example"] for one in parameters if one.get("required")}
    body = operation.get("requestBody")
    url = path + ("?" + urllib.parse.urlencode(query) if query else "")
    return url, body and first_example(document, body)


def check(document, base):
    operations = statuses = 0
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            operations += 1
            url, body = request(document, base + path, operation)
            for status, response in operation["responses"].items():
                statuses += 1
                expected = first_example(document, resolved(document, response))
                prefer = {"prefer": f"code={status}"} if status != "200" else {}
                answer = ask(url, method, prefer, body)
                assert answer == (int(status), expected), (method, url, answer, expected)
            if body is not None:
                refused(url, method, {**body, "other": 1})
    for body in [{}, {"domain": "acme.com"}]:
        refused(base + LAUNCHER, "post", body)
    print(f"Prism: {operations} operations with {statuses} statuses, each with its example")


def refused(url, method, body):
    status, error = ask(url, method, body=body)
    assert (status, error["code"]) == (400, "VALIDATION_BAD_REQUEST"), (url, body, error)


@contextlib.contextmanager
def serving(prism, description):
    """Returns the base URL of a Prism that serves the description."""
    port = free_port()
    command = [prism, "mock", description, "--port", str(port), "--host", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for(base, process)
        yield base
    finally:
        process.terminate()
        process.wait()


def main():
    prism, description = sys.argv[1:]
    with open(description, encoding="utf-8") as file:
        document = yaml.load(file, Loader)
    with serving(prism, description) as base:
        check(document, base)


if __name__ == "__main__":
    main()
