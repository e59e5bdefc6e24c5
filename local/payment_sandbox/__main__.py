"""`python -m local.payment_sandbox --port 8420 --database PATH`: run until asked to stop."""

import argparse
import sqlite3
import sys
from pathlib import Path

from local.payment_sandbox.outbox import Endpoint
from local.payment_sandbox.server import application, listening, server


def main() -> None:
    """Serve on the loopback interface; a port that is taken is one clear line."""
    asked = _arguments()
    try:
        app = application(asked.database, asked.api_key, _listeners(asked))
        bound = listening(asked.host, asked.port)
    except sqlite3.Error as error:
        sys.exit(f"payment sandbox: cannot open the ledger {asked.database} ({error}): name another --database")
    except OSError as error:
        sys.exit(f"payment sandbox: port {asked.port} is not free ({error.strerror}): set REFUNDS_SANDBOX_PORT")
    print(f"payment sandbox on http://{asked.host}:{bound.getsockname()[1]}", flush=True)
    server(app).run(sockets=[bound])


def _listeners(asked: argparse.Namespace) -> list[Endpoint]:
    return [Endpoint(asked.webhook_url, (asked.webhook_secret,))] if asked.webhook_url else []


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.payment_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to bind; leave it unless in a container")
    parser.add_argument("--port", type=int, default=8420, help="0 takes a free one; it is printed")
    parser.add_argument("--database", type=Path, required=True, help="the ledger's file, made when missing")
    parser.add_argument("--api-key", default="sk_test_local_sandbox", help="what callers send as their bearer token")
    parser.add_argument("--webhook-url", help="where to send webhooks; without it, as PUT /sandbox/webhooks says")
    parser.add_argument("--webhook-secret", default="whsec_local_sandbox", help="what webhooks are signed with")
    return parser.parse_args()


if __name__ == "__main__":
    main()
