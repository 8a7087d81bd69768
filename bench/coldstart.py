"""Cold import of every function as a ratio to a bare botocore client with one PutItem: `python -m bench.coldstart [--rounds N]`.

Each measurement is a whole process, baseline and functions by turns in the same run, so that the machine's speed cancels out.
"""

import argparse
import http.server
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
BASELINE = """
import os, botocore.session
client = botocore.session.get_session().create_client("dynamodb", endpoint_url=os.environ["STUB"])
client.put_item(TableName="t", Item={"pk": {"S": "x"}})
"""
IMPORT = "import functions.{name}.handler as module; module.handler"
SERVE = IMPORT + "; from shared.bootstrap import services; services().runs; services().worker"


class _Stub(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def stub() -> Iterator[str]:
    """The URL of a DynamoDB that accepts everything."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def seconds(code: str, env: dict[str, str]) -> float:
    """Whole-process time of a piece of Python."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> int:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    names = sorted(p.parent.name for p in (ROOT / "functions").glob("*/handler.py"))
    codes = {"(baseline)": BASELINE, "(bare Python)": "pass"} | {name: IMPORT.format(name=name) for name in names}
    codes["worker, wired with the SDK"] = SERVE.format(name="worker")
    with stub() as url:
        extra = {"STUB": url, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1"}
        env = dict(os.environ) | extra | {"ANTHROPIC_API_KEY": "x"}
        taken: dict[str, list[float]] = {name: [] for name in codes}
        for _ in range(rounds):
            for name, code in codes.items():
                taken[name].append(seconds(code, env))
    base = statistics.median(taken["(baseline)"])
    print(f"medians of {rounds}; 1.00 is a bare botocore client with one PutItem ({base * 1000:.0f} ms here)")
    for name, times in taken.items():
        print(f"{name:<28}{statistics.median(times) / base:>6.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
