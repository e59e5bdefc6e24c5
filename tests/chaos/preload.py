"""What every worker reads and makes before it works, once, in the process that workers to be killed are forked from.

Nothing here starts a thread or an event loop, which no fork would survive.
"""

import gc
from datetime import UTC, datetime

import boto3
import httpx2

from gateways.calendars import HolidayCalendars
from gateways.policy_repository import POLICY_VERSIONS, PolicyRepository

PolicyRepository(POLICY_VERSIONS)
HolidayCalendars().calendar("CN", "Asia/Shanghai", datetime.now(UTC))
boto3.client("s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
httpx2.Client().close()
gc.freeze()
