"""Runs every command of the program that sends requests against Prism.

    commands.py PROGRAM PRISM DESCRIPTION

Each command prints the first example of its operations, and a forced error with its code.
A command without arguments in ARGUMENTS is a failure.
"""

import contextlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import mock

KEY = "00000000-0000-4000-8000-000000000001"
JOB_ID = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b"
JANE = "jane-doe-abc123"
FAST = ["--policy", "fixed:0.1"]

ARGUMENTS = {
    "enrich": [JANE, *FAST],
    "phone": [JANE, *FAST],
    "company": ["acme.com", *FAST],
    "prospect": ["acme.com", "--title-filter", "CFO OR VP", *FAST],
    "get": [JOB_ID],
    "search contacts": ["--domain", "acme.com"],
    "search companies": ["--industry", "Software Development"],
    "job-change": ["--domain", "acme.com", "--linkedin", JANE],
    "reveal": ["192.0.2.1"],
    "titles": ["acme.com"],
    "verify": ["jane.doe@acme.com"],
    "account": [],
    "keys list": [],
    "keys create": ["CRM"],
    "keys modify": ["0002", "--disable"],
    "doctor": [],
}

FOUND = 0
API_ERROR = 5
CHECK_FAILED = 13
FAILURES = {"doctor": {CHECK_FAILED}}

# A batch writes a journal and a file; the program's own tests run it against the sandbox.
APART = {"help", "batch"}

# The statuses that all operations with a key have, and the prefixes of their codes.
ERRORS = {401: "AUTH_", 500: "INTERNAL_"}
TIMEOUT = 60


def help_of(program, words):
    arguments = [program, *words, "--help"]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def commands(program, words=()):
    """Returns the names of all commands that send requests."""
    text = help_of(program, words)
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.MULTILINE)
    if listed is None:
        return [" ".join(words)] if "--base-url" in text and "--sandbox" in text else []
    names = re.findall(r"^  ([a-z][a-z-]*)", listed[1], re.MULTILINE)
    return [one for name in names if name not in APART for one in commands(program, [*words, name])]


def documented_codes(program):
    text = help_of(program, []).split("\nExit codes:\n")[1]
    return {int(code) for code in re.findall(r"^  (\d+) ", text, re.MULTILINE)}


@contextlib.contextmanager
def forcing(base, status):
    """Returns the base URL of a server that forwards to Prism and requests this status from it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def forward(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0))) or None
            headers = {"x-api-key": KEY, "prefer": f"code={status}"}
            if body is not None:
                headers["content-type"] = "application/json"
            request = urllib.request.Request(base + self.path, body, headers, method=self.command)
            try:
                answer = urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                content = answer.read()
            self.send_response(answer.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = forward

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(program, command, base, *options):
    arguments = [program, *command.split(), *ARGUMENTS[command], "--no-state", *options]
    unset = {name for name in os.environ if name.lower().endswith("_proxy")}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"WATERFALL_BASE_URL": base, "WATERFALL_API_KEY": KEY, "NO_COLOR": "1"}
    return subprocess.run(
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def json_lines(text):
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def problem(program, command, base, status, codes):
    """Returns the problem of a command that gets this status, or None."""
    allowed = {FOUND}
    options = ["--json"]
    if status is not None:
        allowed = FAILURES.get(command, {API_ERROR})
        options.append("--no-retry")
    try:
        assert allowed <= codes, f"{allowed} are not all documented"
        runs = [run(program, command, base, *options[1:]), run(program, command, base, *options)]
        for ended in runs:
            assert ended.returncode in allowed, ended
            output = ended.stdout + ended.stderr
            assert "panicked" not in output and "undecodable" not in output, ended
            assert "could not be decoded" not in output and "deviation" not in output, ended
        text, machine = runs
        if status is None:
            assert text.stdout.strip() and json_lines(machine.stdout), runs
        elif command not in FAILURES:
            output = machine.stdout + machine.stderr
            assert f'"code":"{ERRORS[status]}' in output and f'"status":{status}' in output, runs
    except (AssertionError, ValueError, subprocess.TimeoutExpired) as error:
        return f"`waterfall {command}`, status {status or 200}: {error!r}"
    return None


def main():
    program, prism, description = sys.argv[1:]
    codes = documented_codes(program)
    names = commands(program)
    missing = [name for name in names if name not in ARGUMENTS]
    if not names or missing:
        sys.exit(f"commands without arguments in ARGUMENTS: {missing or 'there are no commands'}")
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        base = stack.enter_context(mock.serving(prism, description))
        bases = {None: base}
        bases |= {status: stack.enter_context(forcing(base, status)) for status in ERRORS}
        results = [
            pool.submit(problem, program, name, bases[status], status, codes)
            for name in names
            for status in bases
        ]
        problems = [one.result() for one in results if one.result() is not None]
    if problems:
        sys.exit("\n".join(problems))
    print(f"Prism: {len(names)} commands, each with its example and {len(ERRORS)} errors")


main()
