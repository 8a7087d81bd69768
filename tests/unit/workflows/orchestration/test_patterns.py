"""What looks like a credential, a person's data or a placeholder, what only resembles one, and what
is said of it.
"""

import time

import pytest

from shared.workflows.orchestration.markdown import markdown_faults, relative_links
from shared.workflows.orchestration.patterns import credentials, personal_data, placeholders

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLWl0"


@pytest.mark.parametrize(
    ("path", "text", "looks_like"),
    [
        ("a.py", f'key = "{KEY}"', "an AWS access key"),
        ("a.md", f"use {KEY} here", "an AWS access key"),
        ("a.pem", "-----BEGIN RSA PRIVATE KEY-----\nabc", "a private key"),
        ("a.pem", "-----BEGIN PRIVATE KEY-----", "a private key"),
        ("a.md", "ghp_" + "a1" * 18, "a GitHub token"),
        ("a.md", "xoxb-" + "1234567890-ab", "a Slack token"),
        ("a.md", "sk-ant-" + "api03-abcdefghijklmnop", "an API key"),
        ("a.md", "sk_live_" + "4eC39HqLyjWDarjt", "an API key"),
        ("a.md", "AIza" + "b" * 35, "an API key"),
        ("a.js", f'const t = "{JWT}"', "a JSON web token"),
        ("a.yaml", "url: postgres://app:hunter2@db/app", "a password in a URL"),
        ("a.sh", "curl -H 'Authorization: Bearer abcdefghijklmnopqrstuv1234'", "a bearer token"),
        ("a.py", 'password = "hunter2"', "a password or key in an assignment"),
        ("a.py", "db_password='S3cure!pw'", "a password or key in an assignment"),
        ("a.py", 'password: str = "hunter2"', "a password or key in an assignment"),
        ("a.py", '{"api_key": "a1b2c3d4e5"}', "a password or key in an assignment"),
        ("a.json", '{"secret": "a1b2c3d4e5"}', "a password or key in an assignment"),
        ("a.ts", "const secret = `abcdefgh`;", "a password or key in an assignment"),
        ("a.yaml", "db:\n  password: Sup3rSecret\n", "a password or key in an assignment"),
        (".env", "export DB_PASSWORD=Sup3rSecret", "a password or key in an assignment"),
        (
            "a.ini",
            "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzKEY1",
            "a password or key in an assignment",
        ),
        ("a.md", "- **Password**: Sup3rSecret", "a password or key in an assignment"),
    ],
)
def test_credentials_are_found_and_never_quoted(path: str, text: str, looks_like: str) -> None:
    found = list(credentials(path, text))
    assert any(f"what looks like {looks_like} (" in message for message in found)
    assert not any(word in message for word in text.split() if len(word) > 8 for message in found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'password = os.environ["DB_PASSWORD"]'),
        ("a.py", 'password = settings.password\ntoken = get_token("name")'),
        ("a.py", "token = Sha256Token\n    secret: Base64Text"),
        ("a.py", 'token_type = "bearer"\npassword_field = "password"\nmax_tokens = 5000'),
        ("a.py", 'SECRET_NAME = "studio/database"\nsecret = "DB_PASSWORD_PROD"'),
        ("a.py", 'password = f"{prefix}{value}"\nassert login(password="test-password")'),
        (
            "a.yaml",
            (
                "password: ${DB_PASSWORD}\ntoken: ${{ secrets.TOKEN }}\nsecret: "
                "arn:aws:secretsmanager:eu:1:secret:a1b2c3"
            ),
        ),
        ("a.yaml", "password: changeme123\napi_key: your-api-key-1"),
        ("a.yaml", "type: password\npassword: required"),
        ("a.md", "The password: is read from the vault. Token: see section 4. Use Bearer <token>."),
        ("a.md", "postgres://user:password@localhost/db and https://example.com:8080/path@2"),
        ("a.json", '{"token": "string", "password": "Enter your password"}'),
        ("a.pem", "-----BEGIN PUBLIC KEY-----"),
    ],
)
def test_what_only_speaks_of_credentials_is_none(path: str, text: str) -> None:
    assert list(credentials(path, text)) == []


@pytest.mark.parametrize(
    ("text", "looks_like"),
    [
        ("write to jane.doe@acme.io", "an e-mail address"),
        ("<Jane_Doe+x@mail.acme.co.uk>", "an e-mail address"),
        ("call (212) 456-7890 now", "a phone number"),
        ("call +1 212-456-7890", "a phone number"),
        ("tel. +49 30 1234 5678", "a phone number"),
        ("+491701234567", "a phone number"),
        ("ssn 123-45-6789.", "a social security number"),
        ("card 4111 1111 1111 1111", "a payment card number"),
        ("card 378282246310005;", "a payment card number"),
    ],
)
def test_personal_data_is_found_and_never_quoted(text: str, looks_like: str) -> None:
    (found,) = list(personal_data(text))
    assert found == f"has what looks like {looks_like} (line 1)"


@pytest.mark.parametrize(
    "text",
    [
        "a@example.com b@mail.example.org c@shop.example d@localhost.localdomain.test",
        "git@github.com:acme/app.git",
        "npm install left-pad@1.3.0 and @app.get and user@host",
        "call 555-0123 or (212) 555-0123 or +1 212 555 0199",
        "2026-11-21T10:00:00.123Z 1795000000000 192.168.100.2000",
        "order 4111 1111 1111 1112 and 0000-0000-0000-0000 and 4.532015112830366",
        "550e8400-e29b-41d4-a716-446655440000",
        "000-12-3456 666-12-3456 123-00-4567 912-34-5678 1123-45-67890",
    ],
)
def test_what_only_resembles_personal_data_is_none(text: str) -> None:
    assert list(personal_data(text)) == []


@pytest.mark.parametrize(
    ("text", "looks_like"),
    [
        ("# TODO: write this", "a TODO"),
        ("TODO", "a TODO"),
        ("The owner is TBD.", "a TBD or FIXME"),
        ("FIXME later", "a TBD or FIXME"),
        ("Lorem ipsum dolor", "filler text"),
        ("Name: <your name>", "a place to fill in"),
        ("<placeholder>", "a place to fill in"),
        ("<insert diagram here>", "a place to fill in"),
        ("[insert date]", "a place to fill in"),
    ],
)
def test_placeholders_are_found(text: str, looks_like: str) -> None:
    assert list(placeholders(text)) == [f"has what looks like {looks_like} (line 1)"]


@pytest.mark.parametrize(
    "text",
    [
        "A TODO list app with TODO items",
        "todo",
        "Todos and mastodons",
        "<div>",
        "list<string>",
        "[your guide](guide.md)",
        "insert into t",
    ],
)
def test_what_only_resembles_a_placeholder_is_none(text: str) -> None:
    assert list(placeholders(text)) == []


def test_several_are_counted_and_the_first_is_placed() -> None:
    assert list(placeholders("x\nTODO\nTODO: a\n")) == [
        "has what looks like a TODO (2 times, first on line 2)"
    ]


HOSTILE = [
    "a.", "a@a.", "1 ", "1-", "+1 ", "(555) ", "4 ", "password=", 'password="', "password : a=",
    "token: ", "-----BEGIN A ",
    "eyJaaaaaaaaaaa.", "http://", "a://a:a", "Bearer ", "<your ", "[your ", "lorem  ", "[", "](",
    "[a](", "[a]: ", "`", "``", "`a", "```\n",
    "\n", "# \n", "a\n=", "> ", "[a](b\n", "(", "_", "-", "export password", "../", "é",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.one_in(5)
def test_no_text_takes_long_to_look_through(piece: str) -> None:
    text = (piece * (100_000 // len(piece)))[:100_000]
    began = time.process_time()
    list(credentials("a.env", text))
    list(personal_data(text))
    list(placeholders(text))
    list(markdown_faults(text))
    list(relative_links(text))
    assert time.process_time() - began < 5
