"""`python -m worker.promote`: gives all refunds to this version once its workers poll; the last step of a deployment.

To roll back, run the same command of an earlier version, whose workers must be running.
"""

import asyncio
import sys

from temporalio.service import RPCError

from config.settings import Settings, load
from config.temporal import connect, let_sdk_rest
from worker.release import version_of
from worker.schedules import sweep_calendars
from worker.versions import NotPromotedError, current_build, promote


async def run(settings: Settings) -> str | None:
    """Promote this version and return the build that had the work before; if that fails, SystemExit says why."""
    client, version = await connect(settings), version_of(settings)
    try:
        before = await current_build(client, version.deployment_name)
        await promote(client, version)
        await sweep_calendars(client)
    except (NotPromotedError, RPCError) as error:
        raise SystemExit(
            f"{version.to_canonical_string()} is not promoted: {error.message}. Start its workers "
            "(python -m worker), then repeat this."
        ) from None
    finally:
        await let_sdk_rest()
    return before


def main() -> int:
    """Run with the environment's settings."""
    settings = load()
    before = asyncio.run(run(settings))
    print(f"{version_of(settings).to_canonical_string()} is promoted (before: {before or 'none'})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
