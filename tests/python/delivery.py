"""Signs and verifies deliveries, according to the vendor's documentation.

Two of each, which share nothing: one on PyJWT, one on the bare Ed25519 and
SHA-256 of `cryptography`.
"""

import base64
import hashlib
import json
import re
import time

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIGNATURE = "X-Webhook-Signature"


class Refused(Exception):
    """The reason why a delivery is not genuine, in one word."""


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    """Decodes exactly what b64 writes: no padding, no blanks, no spare bits."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Refused("base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text:
        raise Refused("base64url")
    return data


def body_hash(body):
    return b64(hashlib.sha256(body).digest())


class Key:
    """A private key and its published part."""

    def __init__(self, kid):
        self.kid = kid
        self.private = Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def jwk(self):
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "use": "sig", "alg": "EdDSA",
                "x": b64(self.public)}

    def pem(self):
        return self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def header(self, **changes):
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.kid, **changes}
        return {name: value for name, value in header.items() if value is not None}

    def seal(self, header, claims):
        """Returns a token with any header and claims: objects, or literal JSON."""
        def text(part):
            return part if isinstance(part, str) else json.dumps(part)

        signed = f"{b64(text(header).encode())}.{b64(text(claims).encode())}"
        return f"{signed}.{b64(self.private.sign(signed.encode()))}"

    def sign(self, body, **claims):
        """With `cryptography`."""
        return self.seal(self.header(), {"body_hash": body_hash(body), **claims})

    def sign_with_pyjwt(self, body, **claims):
        claims = {"body_hash": body_hash(body), **claims}
        return jwt.encode(claims, self.private, algorithm="EdDSA", headers={"kid": self.kid})


def verify(tokens, body, key_set):
    """Verifies with `cryptography`. Returns the claims, or raises Refused."""
    if len(tokens) != 1:
        raise Refused("unsigned" if not tokens else "several")
    token = tokens[0]
    if len(token) > 8192:
        raise Refused("too long")
    if token.count(".") != 2:
        raise Refused("segments")
    head, claims, signature = (unb64(part) for part in token.split("."))
    header = json.loads(head)
    if header.get("alg") != "EdDSA" or header.get("typ") != "JWT" or not header.get("kid"):
        raise Refused("header")
    found = [key for key in key_set["keys"] if key["kid"] == header["kid"]]
    if len(found) != 1 or found[0]["kty"] != "OKP" or found[0]["crv"] != "Ed25519":
        raise Refused("kid")
    public = Ed25519PublicKey.from_public_bytes(unb64(found[0]["x"]))
    try:
        public.verify(signature, token.rpartition(".")[0].encode())
    except InvalidSignature:
        raise Refused("signature") from None
    claims = json.loads(claims)
    if claims.get("exp", float("inf")) <= time.time():
        raise Refused("expired")
    if claims["body_hash"] != body_hash(body):
        raise Refused("body")
    return claims


def verify_with_pyjwt(tokens, body, key_set):
    """Returns the same verdicts, as far as PyJWT supports them."""
    if len(tokens) != 1:
        raise Refused("unsigned" if not tokens else "several")
    try:
        kid = jwt.get_unverified_header(tokens[0])["kid"]
        keys = jwt.PyJWKSet.from_dict(key_set)
        try:
            key = keys[kid]
        except KeyError:
            raise Refused("kid") from None
        claims = jwt.decode(tokens[0], key, algorithms=["EdDSA"])
    except jwt.InvalidSignatureError:
        raise Refused("signature") from None
    except jwt.ExpiredSignatureError:
        raise Refused("expired") from None
    if claims["body_hash"] != body_hash(body):
        raise Refused("body")
    return claims
