"""The local OIDC issuer: the users that the contract names, and ID tokens for them as Cognito would
make them.

Its key lives as long as the stack's data. It must never know what a role may do.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

PATH = "/dev/issuer"
AUDIENCE = "studio-runs-local"
MACHINE, MACHINE_SECRET, MACHINE_SCOPE = "local-machine", "local-machine-secret", "studio-runs/demo"
"""The client that gets access tokens by client credentials, and what its tokens name."""
TOKEN_PATH = f"{PATH}/oauth2/token"
DEFAULT_EXPIRY = 3600
_KEY_ID = "local"
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "https://studio-runs.local/users")


@dataclass(frozen=True, slots=True)
class User:
    name: str
    org_id: str
    roles: tuple[str, ...]

    @property
    def sub(self) -> str:
        """The user's id, the same at every start."""
        return str(uuid.uuid5(_NAMES, self.name))

    @property
    def email(self) -> str:
        return f"{self.name}@{self.org_id}.example"


USERS: Mapping[str, User] = {
    user.name: user
    for user in (
        User("clinician", "demo", ("clinician",)),
        User("other-clinician", "demo", ("clinician",)),
        User("admin", "demo", ("admin",)),
        User("patient", "demo", ("patient",)),
        User("member", "demo", ("member",)),
        User("other-member", "demo", ("member",)),
        User("system", "demo", ("system",)),
        User("outsider", "other", ("admin",)),
    )
}


def _key_from(pem: bytes) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey), "of an issuer of ours"
    return key


class Issuer:
    """`key`: an earlier one's, whose tokens stay good."""

    def __init__(self, url: str, key: bytes | None = None) -> None:
        self.url = f"{url}{PATH}"
        self._key = _key_from(key) if key else rsa.generate_private_key(65537, 2048)

    @property
    def key(self) -> bytes:
        """The private key, as PEM."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def token(self, user: User, expires_in: int = DEFAULT_EXPIRY, **other_claims: Any) -> str:
        """Valid in real time; `expires_in` may be negative, for a token that has expired."""
        now = int(time.time())
        claims = {
            "sub": user.sub,
            "email": user.email,
            "custom:org_id": user.org_id,
            "cognito:groups": list(user.roles),
            "cognito:username": user.sub,
            "token_use": "id",
            "iss": self.url,
            "aud": AUDIENCE,
            "auth_time": now,
            "iat": min(now, now + expires_in),
            "exp": now + expires_in,
        }
        return jwt.encode(
            claims | other_claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID}
        )

    def machine_token(self, expires_in: int = DEFAULT_EXPIRY) -> str:
        """An access token as Cognito makes them for client credentials: no audience, no claims of
        the organisation, one scope.
        """
        now = int(time.time())
        claims = {
            "sub": MACHINE,
            "client_id": MACHINE,
            "token_use": "access",
            "scope": MACHINE_SCOPE,
            "iss": self.url,
            "iat": now,
            "exp": now + expires_in,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    def documents(self) -> dict[str, Any]:
        """What it publishes, by path."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        configuration = {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks.json",
            "token_endpoint": f"{self.url}/oauth2/token",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        }
        return {
            f"{PATH}/.well-known/openid-configuration": configuration,
            f"{PATH}/jwks.json": {
                "keys": [public | {"kid": _KEY_ID, "use": "sig", "alg": "RS256"}]
            },
        }
