"""`python -m local.payment_sandbox --port 8420 --database PATH`: runs until it is stopped."""

import argparse
import sqlite3
import sys
from pathlib import Path

from local.payment_sandbox.outbox import Endpoint
from local.payment_sandbox.server import application, listening, server


def main() -> None:
    """Serve on the loopback interface; if the port is taken, one clear line says so."""
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
    stripes = [Endpoint(asked.webhook_url, (asked.webhook_secret,))] if asked.webhook_url else []
    paypals = [Endpoint(asked.paypal_webhook_url, (asked.paypal_webhook_id,), "paypal")]
    return [*stripes, *(paypals if asked.paypal_webhook_url else [])]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.payment_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to bind; only needed in a container")
    parser.add_argument("--port", type=int, default=8420, help="0 chooses a free port; the port is printed")
    parser.add_argument("--database", type=Path, required=True, help="the ledger's file, created if missing")
    parser.add_argument("--api-key", default="sk_test_local_sandbox", help="the bearer token that callers must send")
    parser.add_argument("--webhook-url", help="where to send Stripe's; default: as set with PUT /sandbox/webhooks")
    parser.add_argument("--webhook-secret", default="whsec_local_sandbox", help="the secret that signs Stripe's")
    parser.add_argument("--paypal-webhook-url", help="where to send PayPal's; default: as set likewise")
    parser.add_argument("--paypal-webhook-id", default="WH-LOCAL-SANDBOX", help="the id of PayPal's webhook")
    return parser.parse_args()


if __name__ == "__main__":
    main()
