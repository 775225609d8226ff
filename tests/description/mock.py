"""Serves the description with Prism: the finder answers with a job that succeeded,
and each status with its own error.

    mock.py PRISM DESCRIPTION
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

FINDER = "/v1/enrichment/contact?job_id=7d44db58-5de3-4e92-a2fb-8325d12c2e8b"
LAUNCHER = "/v1/enrichment/contact"
ERRORS = {
    400: "VALIDATION_MISSING_JOB_ID_PARAMETER",
    401: "AUTH_MISSING_API_KEY",
    402: "QUOTA_ACCOUNT_OVER_QUOTA",
    403: "AUTH_BAD_API_KEY",
    404: "NOT_FOUND_JOB_NOT_FOUND",
    429: "RATE_LIMIT_RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_UNCLASSIFIED_ERROR",
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(url, headers=None, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-api-key": "any", "content-type": "application/json", **(headers or {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def wait_for(url, prism):
    for _ in range(300):
        if prism.poll() is not None:
            sys.exit("Prism ended")
        try:
            return ask(url)
        except urllib.error.URLError:
            time.sleep(0.1)
    sys.exit("Prism does not answer")


def check(base, prism):
    status, job = wait_for(base + FINDER, prism)
    assert (status, job["status"]) == (200, "SUCCEEDED"), job
    assert job["output"]["person"]["first_name"] == "Jane", job
    for status, code in ERRORS.items():
        answered, error = ask(base + FINDER, {"prefer": f"code={status}"})
        assert (answered, error["code"]) == (status, code), (answered, error)
    status, launched = ask(base + LAUNCHER, body={"linkedin": "jane-doe-abc123"})
    assert status == 200 and "job_id" in launched, launched
    for body in [{}, {"domain": "acme.com"}, {"email": "a@b.example", "other": 1}]:
        status, error = ask(base + LAUNCHER, body=body)
        assert (status, error["code"]) == (400, "VALIDATION_BAD_REQUEST"), (body, error)


def main():
    port = free_port()
    command = [sys.argv[1], "mock", sys.argv[2], "--port", str(port), "--host", "127.0.0.1"]
    prism = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        check(f"http://127.0.0.1:{port}", prism)
    finally:
        prism.terminate()
        prism.wait()
    print(f"Prism: a job that succeeded, and {len(ERRORS)} statuses with their errors")


main()
