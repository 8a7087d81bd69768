// What an ID token says, read for display and for choosing what to offer. The API verifies it; nothing here does.

/** The claims of a JWT. Raises SyntaxError when it is none. */
export function claimsOf(token) {
  const part = token.split(".")[1];
  if (!part) throw new SyntaxError("not a token");
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
}

/** {token, expiresAt (ms), user {sub, email, orgId, roles}}; the claims' names can be set, as in a deployment's parameters. */
export function sessionOf(token, { orgClaim = "custom:org_id", roleClaim = "cognito:groups" } = {}) {
  const claims = claimsOf(token);
  const roles = claims[roleClaim] ?? [];
  return {
    token,
    expiresAt: claims.exp * 1000,
    user: {
      sub: claims.sub,
      email: claims.email || "",
      orgId: claims[orgClaim] || "",
      roles: Array.isArray(roles)
        ? roles
        : String(roles)
            .split(/[\s,]+/)
            .filter(Boolean),
    },
  };
}

export function randomText(bytes = 32) {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}

export function base64Url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
