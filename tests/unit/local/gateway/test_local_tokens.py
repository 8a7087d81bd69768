"""The JWT authorizer really verifies, and the issuer's tokens are what it verifies against."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.gateway.authorizer import JwtAuthorizer, Unauthorized
from local.gateway.issuer import AUDIENCE, USERS, Issuer
from local.template.blueprint import Authorizer

URL = "http://127.0.0.1:1"
ISSUER = Issuer(URL)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KID = {"kid": "local"}


def authorizer(audience=(AUDIENCE,)):
    documents = ISSUER.documents()
    return JwtAuthorizer(
        Authorizer("Jwt", ISSUER.url, audience), lambda url: documents[url.removeprefix(URL)]
    )


def claims(**changes):
    now = int(time.time())
    all_claims = {
        "sub": "s",
        "iss": ISSUER.url,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 60,
    } | changes
    return {name: value for name, value in all_claims.items() if value is not None}


def signed(key=ISSUER._key, algorithm="RS256", headers=KID, **changes):
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


def test_a_good_token_passes_with_or_without_bearer():
    for header in (f"Bearer {signed()}", f"bearer {signed()}", signed()):
        assert authorizer().authorize({"authorization": header})["claims"]["sub"] == "s"


def public_pem():
    return ISSUER._key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def forged_with_the_public_key_as_secret():
    """The classic confusion of algorithms; PyJWT refuses to make one, so by hand."""
    import base64
    import hashlib
    import hmac
    import json

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    text = part({"alg": "HS256", "typ": "JWT", "kid": "local"}) + b"." + part(claims())
    return (
        text
        + b"."
        + base64.urlsafe_b64encode(hmac.digest(public_pem(), text, hashlib.sha256)).rstrip(b"=")
    ).decode()


def tampered():
    head, _, signature = signed().split(".")
    other = signed(sub="somebody else").split(".")[1]
    return f"{head}.{other}.{signature}"


BAD = {
    "none": lambda: "",
    "garbage": lambda: "not.a.token",
    "no scheme that is known": lambda: f"Basic {signed()}",
    "expired": lambda: signed(exp=int(time.time()) - 1),
    "without expiry": lambda: signed(exp=None),
    "not yet valid": lambda: signed(nbf=int(time.time()) + 60),
    "issued in the future": lambda: signed(iat=int(time.time()) + 60),
    "other issuer": lambda: signed(iss="https://other.example"),
    "other audience": lambda: signed(aud="other"),
    "audience other than client_id": lambda: signed(aud="other", client_id=AUDIENCE),
    "no audience": lambda: signed(aud=None),
    "signed by another key": lambda: signed(STRANGER),
    "key unknown": lambda: signed(headers={"kid": "other"}),
    "no key named": lambda: signed(headers={}),
    "unsigned": lambda: jwt.encode(claims(), None, algorithm="none", headers=KID),  # type: ignore[arg-type]
    "public key as secret": forged_with_the_public_key_as_secret,
    "tampered": tampered,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_is_refused(kind):
    with pytest.raises(Unauthorized):
        authorizer().authorize({"authorization": BAD[kind]()})


def test_client_id_counts_where_there_is_no_audience():
    assert authorizer().authorize({"authorization": signed(aud=None, client_id=AUDIENCE)})


def test_any_of_several_audiences_will_do():
    assert authorizer(("one", "two")).authorize({"authorization": signed(aud=["three", "two"])})


@pytest.mark.parametrize("name", USERS)
def test_the_issuers_users(name):
    user = USERS[name]
    got = authorizer().authorize({"authorization": ISSUER.token(user)})["claims"]
    assert (got["sub"], got["email"], got["custom:org_id"], got["token_use"]) == (
        user.sub,
        user.email,
        user.org_id,
        "id",
    )
    assert got["cognito:groups"] == f"[{' '.join(user.roles)}]"


def test_subs_are_the_same_at_every_start_and_roles_as_the_contract_says():
    assert USERS["clinician"].sub == "95b50302-c98c-58b1-b48a-fdc0131550c8"
    assert {name: (user.org_id, user.roles) for name, user in USERS.items()} == {
        "clinician": ("demo", ("clinician",)),
        "other-clinician": ("demo", ("clinician",)),
        "admin": ("demo", ("admin",)),
        "patient": ("demo", ("patient",)),
        "member": ("demo", ("member",)),
        "other-member": ("demo", ("member",)),
        "system": ("demo", ("system",)),
        "outsider": ("other", ("admin",)),
    }


def test_expires_in_may_be_past():
    for seconds in (0, -10):
        with pytest.raises(Unauthorized):
            authorizer().authorize({"authorization": ISSUER.token(USERS["admin"], seconds)})
