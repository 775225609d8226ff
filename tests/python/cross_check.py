"""Deliveries between the program and Python, in both directions.

Start it by `tests/python/run`.
"""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cryptography
import jwt

from delivery import SIGNATURE, Key, Refused, b64, body_hash, verify, verify_with_pyjwt
from places import Inbox, Program, deliver, request

PROGRAM = sys.argv[1]
CONTACT = "/v1/enrichment/contact"
API_KEY = [("x-api-key", "any"), ("Content-Type", "application/json")]

TALLY = {"passed": 0, "failed": 0}


def check(direction, what, expected, found):
    """One row of the table."""
    good = expected == found
    TALLY["passed" if good else "failed"] += 1
    mark = "ok    " if good else "FAILED"
    told = expected if good else f"{expected}, but found: {found}"
    print(f"{mark}  {direction:<17}  {what:<49}  {told}", flush=True)


# The program signs, Python verifies

def launch(sandbox, inbox, wish=None, **fields):
    custom = {"sandbox": wish or {}, **fields}
    query = {"linkedin": "jane-doe-abc123", "webhook_url": f"{inbox.url}/hook",
             "custom_fields": custom}
    status, answer = request(sandbox.url + CONTACT, "POST", API_KEY, json.dumps(query).encode())
    assert status == 200, answer
    return json.loads(answer)["job_id"]


def key_set(sandbox):
    status, answer = request(f"{sandbox.url}/.well-known/jwks.json")
    assert status == 200, answer
    return json.loads(answer)


def verdict(way, tokens, body, keys):
    try:
        way(tokens, body, keys)
        return "verified"
    except Refused as refused:
        return f"refused: {refused}"


def both(sandbox, what, expected, mail, keys=None):
    keys = keys or key_set(sandbox)
    check("sandbox > Python", f"{what}, by cryptography", expected, verdict(verify, *mail, keys))
    check("sandbox > Python", f"{what}, by PyJWT", expected,
          verdict(verify_with_pyjwt, *mail, keys))


def finder(sandbox, job_id):
    status, answer = request(f"{sandbox.url}{CONTACT}?job_id={job_id}", headers=API_KEY)
    assert status == 200, answer
    return answer


def good_from_the_sandbox(sandbox, inbox):
    args = ["enrich", "--base-url", sandbox.url, "--linkedin", "jane-doe-abc123", "--json"]
    args += ["--webhook-url", f"{inbox.url}/hook"]
    enriched = subprocess.run([PROGRAM, *args], env={"WATERFALL_API_KEY": "any"}, check=True,
                              capture_output=True)
    mail = inbox.take()
    both(sandbox, "`waterfall enrich --webhook-url`", "verified", mail)
    check("sandbox > Python", "its body is what `enrich --json` prints", True,
          mail[1] == enriched.stdout.removesuffix(b"\n"))

    job_id = launch(sandbox, inbox, name="Zoë 山田", price=1.10)
    mail = inbox.take()
    both(sandbox, "a body that is not ASCII", "verified", mail)
    check("sandbox > Python", "its body is the finder's answer", True,
          mail[1] == finder(sandbox, job_id))
    for state in ["FAILED", "TIMED_OUT", "ABORTED"]:
        launch(sandbox, inbox, {"state": state})
        both(sandbox, f"a job that ended as {state}", "verified", inbox.take())

    launch(sandbox, inbox, {"webhook": "duplicate=2"})
    copies = [inbox.take() for _ in range(3)]
    check("sandbox > Python", "the copies of `duplicate=2` are the same", True,
          copies[0] == copies[1] == copies[2])
    both(sandbox, "a copy", "verified", copies[2])

    inbox.statuses = [503]
    launch(sandbox, inbox)
    first, again = inbox.take(), inbox.take()
    check("sandbox > Python", "after a 503 the same body comes again", True, first[1] == again[1])
    both(sandbox, "the second attempt", "verified", again)


def rotation_of_the_sandbox(sandbox, inbox):
    launch(sandbox, inbox)
    old, keys = inbox.take(), key_set(sandbox)
    status, _ = request(f"{sandbox.url}/sandbox/rotate-keys", "POST", body=b"")
    assert status == 200
    launch(sandbox, inbox)
    new = inbox.take()
    both(sandbox, "a new key, with the old key set", "refused: kid", new, keys)
    both(sandbox, "a new key, with the new key set", "verified", new)
    both(sandbox, "an old key, with the new key set", "verified", old)


def bad_from_the_sandbox(sandbox, inbox):
    rows = [("tamper-body", "body"), ("tamper-signature", "signature"), ("unsign", "unsigned"),
            ("wrong-kid", "kid"), ("unknown-key", "signature"), ("expired", "expired"),
            ("wrong-hash", "body")]
    for fault, reason in rows:
        launch(sandbox, inbox, {"webhook": fault})
        both(sandbox, f"the fault `{fault}`", f"refused: {reason}", inbox.take())


# Python signs, the program verifies

def job(number, **more):
    return json.dumps({
        "status": "SUCCEEDED", "start_date": "2026-06-01T12:00:00Z",
        "input": {"task": {"job_id": f"00000000-0000-4000-8000-{number:012}"}},
        "output": {"person": {"first_name": "Zoë", "last_name": "山田"}}, **more,
    }, ensure_ascii=False).encode()


def good_for_the_listener(listener, key):
    now = int(time.time())
    spaced = job(3).replace(b", ", b" ,\r\n\t") + b"\n"
    rows = [
        ("by cryptography", key.sign(job(1)), job(1)),
        ("by PyJWT", key.sign_with_pyjwt(job(2)), job(2)),
        ("a body with line ends and tabs", key.sign(spaced), spaced),
        ("a body of 1 MB", key.sign(job(4, new="x" * 2**20)), job(4, new="x" * 2**20)),
        ("iat, nbf and exp that hold", key.sign(job(5), iat=now, nbf=now - 5, exp=now + 60), job(5)),
        ("the same, by PyJWT", key.sign_with_pyjwt(job(6), iat=now, nbf=now, exp=now + 60), job(6)),
        ("times within the leeway", key.sign(job(7), iat=now + 30, nbf=now + 30, exp=now - 30),
         job(7)),
        ("fractions of seconds", key.sign(job(8), iat=now - 0.5, exp=now + 0.5), job(8)),
        ("claims that nobody knows", key.sign(job(9), jti="a", aud=["b"], iss=None), job(9)),
        ("a header with a member that nobody knows", key.seal(
            key.header(cty="json"), {"body_hash": body_hash(job(10))}), job(10)),
    ]
    for what, token, body in rows:
        status, _ = deliver(listener.url, [token], body)
        line = listener.line() if status == 200 else {}
        found = (status, line.get("key_id"), line.get("body") == json.loads(body))
        check("Python > listen", what, "taken", "taken" if found == (200, key.kid, True) else found)

    status, _ = deliver(listener.url, [key.sign(job(1), jti="again")], job(1))
    check("Python > listen", "a job that was taken before", "200, not printed",
          f"{status}, {'not printed' if listener.lines.empty() else 'printed'}")
    listener.note()


def forgeries(key):
    """Deliveries, each with the rule that must refuse it."""
    body, now = job(99), int(time.time())
    good = key.sign(body)
    head, claims, signature = good.split(".")
    stranger, public = Key(key.kid), key.public

    def header(**changes):
        return key.seal(key.header(**changes), {"body_hash": body_hash(body)})

    def hashed(value):
        return key.seal(key.header(), {"body_hash": value})

    def hs256(secret):
        signed = f"{b64(json.dumps(key.header(alg='HS256')).encode())}.{claims}"
        return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"

    def none(alg):
        return f"{b64(json.dumps(key.header(alg=alg)).encode())}.{claims}."

    padded = {n: ".".join(part + "=" * (n == at) for at, part in enumerate(good.split(".")))
              for n in range(3)}
    twice = '{"alg":"none","alg":"EdDSA","typ":"JWT","kid":"%s"}' % key.kid
    spare = signature[:-1] + chr(ord(signature[-1]) + 1)
    yield from [
        ("no signature", [], "unsigned"),
        ("an empty signature", [""], "not_three_segments"),
        ("two headers", [good, good], "several_signatures"),
        ("two tokens in one header", [f"{good}, {good}"], None),
        ("a token of 8,193 bytes", [key.sign(body, pad="x" * 8192)[:8193]], "token_too_long"),
        ("two segments", [f"{head}.{claims}"], "not_three_segments"),
        ("five segments, as of a JWE", [f"{good}.a.b"], "not_three_segments"),
        ("padding in the header", [padded[0]], "not_base64url"),
        ("padding in the claims", [padded[1]], "not_base64url"),
        ("padding in the signature", [padded[2]], "not_base64url"),
        ("a blank in the token", [good.replace(".", ". ", 1)], "not_base64url"),
        ("the other base64 alphabet", [good[:-4] + "+/+/"], "not_base64url"),
        ("spare bits in the signature", [f"{head}.{claims}.{spare}"], "not_base64url"),
        ("alg none", [none("none")], "wrong_algorithm"),
        ("alg nOnE", [none("nOnE")], "wrong_algorithm"),
        ("alg none, with the signature", [header(alg="none")], "wrong_algorithm"),
        ("alg eddsa", [header(alg="eddsa")], "wrong_algorithm"),
        ("alg Ed25519", [header(alg="Ed25519")], "wrong_algorithm"),
        ("no alg", [header(alg=None)], "wrong_algorithm"),
        ("HS256 with the public key's bytes", [hs256(public)], "wrong_algorithm"),
        ("HS256 with the public key's PEM", [hs256(key.pem())], "wrong_algorithm"),
        ("HS256 with the key's x", [hs256(b64(public).encode())], "wrong_algorithm"),
        ("typ jwt", [header(typ="jwt")], "wrong_type"),
        ("no typ", [header(typ=None)], "wrong_type"),
        ("crit", [header(crit=["exp"])], "critical_extension"),
        ("a key of its own", [stranger.seal(key.header(jwk=stranger.jwk()), {
            "body_hash": body_hash(body)})], "key_in_token"),
        ("a place for its key", [header(jku="https://keys.example")], "key_in_token"),
        ("no kid", [header(kid=None)], "no_key_id"),
        ("an empty kid", [header(kid="")], "no_key_id"),
        ("a kid that is a number", [header(kid=1)], "no_key_id"),
        ("alg twice", [key.seal(twice, {"body_hash": body_hash(body)})], "header_unreadable"),
        ("a header that is a list", [key.seal("[]", "{}")], "header_unreadable"),
        ("another key under this kid", [stranger.sign(body)], "bad_signature"),
        ("another key, by PyJWT", [stranger.sign_with_pyjwt(body)], "bad_signature"),
        ("a signature cut to 63 bytes", [f"{head}.{claims}.{signature[:84]}"], "bad_signature"),
        ("a signature of zeros", [f"{head}.{claims}.{b64(bytes(64))}"], "bad_signature"),
        ("the claims of another token", [f"{head}.{key.sign(b'').split('.')[1]}.{signature}"],
         "bad_signature"),
        ("claims that are a list", [key.seal(key.header(), "[]")], "claims_unreadable"),
        ("no body_hash", [key.seal(key.header(), {})], "no_body_hash"),
        ("body_hash null", [hashed(None)], "no_body_hash"),
        ("body_hash with padding", [hashed(body_hash(body) + "=")], "no_body_hash"),
        ("body_hash in hex", [hashed(hashlib.sha256(body).hexdigest())], "no_body_hash"),
        ("body_hash in the other alphabet", [hashed(base64.b64encode(
            b"\xff" * 32).decode().rstrip("="))], "no_body_hash"),
        ("exp a minute and a second ago", [key.sign(body, exp=now - 61)], "expired"),
        ("the same, by PyJWT", [key.sign_with_pyjwt(body, exp=now - 61)], "expired"),
        ("exp in a text", [key.sign(body, exp=str(now + 60))], "not_a_time"),
        ("nbf in two minutes", [key.sign(body, nbf=now + 120)], "not_yet_valid"),
        ("iat in two minutes", [key.sign(body, iat=now + 120)], "issued_in_future"),
        ("iat two hours ago", [key.sign(body, iat=now - 7200)], "too_old"),
    ]


def bad_for_the_listener(listener, key):
    def refused(what, tokens, body, rule):
        status, text = deliver(listener.url, tokens, body)
        note = {"rule": "taken"} if status == 200 else listener.note()
        found = f"{status}, {note['rule'] if rule else note['note']}"
        check("Python > listen", what, f"400, {rule or 'refused'}", found)
        return text

    texts = {refused(what, tokens, job(99), rule) for what, tokens, rule in forgeries(key)}
    token = key.sign(job(99))
    reserialised = json.dumps(json.loads(job(99)), separators=(",", ":")).encode()
    for what, body in [
        ("a body with one bit flipped", bytes([job(99)[0] ^ 1]) + job(99)[1:]),
        ("a body that was serialised again", reserialised),
        ("a body with a line end more", job(99) + b"\n"),
        ("another body", job(98)),
        ("no body", b""),
    ]:
        texts.add(refused(what, [token], body, "body_changed"))
    check("Python > listen", "what a refused sender is told", 1, len(texts))
    check("Python > listen", "of all these, nothing was printed", True, listener.lines.empty())
    status, _ = deliver(listener.url, [token], job(99))
    check("Python > listen", "and the genuine one is taken still", 200, status)
    listener.line()


def rotation_for_the_listener(listener, keys):
    check("Python > listen", "fetches of the key set until here", 1, keys.fetches)
    new = Key("python-2")
    keys.keys.insert(0, new.jwk())
    status, _ = deliver(listener.url, [new.sign(job(200))], job(200))
    check("Python > listen", "a new key is fetched when it is named", (200, 2),
          (status, keys.fetches))
    listener.line()
    for n in range(5):
        status, _ = deliver(listener.url, [Key(f"nobody-{n}").sign(job(201))], job(201))
        rule = "taken" if status == 200 else listener.note()["rule"]
    check("Python > listen", "of five unknown kids, the last", (400, "unknown_key"), (status, rule))
    check("Python > listen", "fetches that they forced", 0, keys.fetches - 2)


# Through the program, and files

def forwarding(key, keys):
    inbox = Inbox()
    listener = Program(PROGRAM, "listen", "--port", "0", "--jwks", f"{keys.url}/jwks.json",
                       "--forward", f"{inbox.url}/in")
    body = job(300).replace(b", ", b",\r\n ")
    inbox.statuses = [503]
    answers = [deliver(listener.url, [key.sign(body)], body)[0] for _ in range(3)]
    check("listen > Python", "a 503, a 200, and a duplicate", [500, 200, 200], answers)
    for what in ["the first that is forwarded", "the second"]:
        mail = inbox.take()
        check("listen > Python", f"{what} verifies again", "verified",
              verdict(verify, *mail, {"keys": keys.keys}))
        check("listen > Python", f"{what} has the exact bytes", True, mail[1] == body)
    deliver(listener.url, [Key(key.kid).sign(body)], body)
    check("listen > Python", "a forgery is not forwarded", True, inbox.is_empty())
    listener.stop()


def verifying_files(sandbox, inbox, key):
    def told(body, token, keys):
        with tempfile.TemporaryDirectory() as place:
            file, set_file = Path(place, "body"), Path(place, "keys.json")
            file.write_bytes(body)
            set_file.write_text(json.dumps(keys))
            args = ["webhook", "verify", str(file), "--header", f"{SIGNATURE}: {token}", "--jwks",
                    str(set_file), "--json"]
            done = subprocess.run([PROGRAM, *args], env={}, capture_output=True, check=False)
            return f"{done.returncode}, {json.loads(done.stdout)['verdict']}"

    mine = {"keys": [key.jwk()]}
    check("Python > verify", "a file that Python signed", "0, genuine",
          told(job(1), key.sign(job(1)), mine))
    check("Python > verify", "the same, changed", "9, refused",
          told(job(2), key.sign(job(1)), mine))
    launch(sandbox, inbox)
    (token,), body = inbox.take()
    check("sandbox > verify", "a file that the sandbox signed", "0, genuine",
          told(body, token, key_set(sandbox)))
    check("sandbox > verify", "the same, with Python's keys", "9, refused",
          told(body, token, mine))


def main():
    print(f"cryptography {cryptography.__version__}, PyJWT {jwt.__version__}\n")
    sandbox = Program(PROGRAM, "sandbox", "--port", "0", "--job-time", "0", "--rate-limit", "none")
    inbox = Inbox()
    good_from_the_sandbox(sandbox, inbox)
    rotation_of_the_sandbox(sandbox, inbox)
    bad_from_the_sandbox(sandbox, inbox)

    key = Key("python-1")
    keys = Inbox([key])
    listener = Program(PROGRAM, "listen", "--port", "0", "--jwks", f"{keys.url}/jwks.json")
    good_for_the_listener(listener, key)
    bad_for_the_listener(listener, key)
    rotation_for_the_listener(listener, keys)
    listener.stop()

    forwarding(key, keys)
    verifying_files(sandbox, inbox, key)
    sandbox.stop()

    print(f"\n{TALLY['passed']} checks passed, {TALLY['failed']} failed")
    sys.exit(1 if TALLY["failed"] else 0)


if __name__ == "__main__":
    main()
