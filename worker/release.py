"""The release of this code."""

from temporalio.common import WorkerDeploymentVersion

from config.settings import Settings

DEPLOYMENT = "refunds"
RELEASE = "0.2.0"
"""The version in pyproject.toml, which is not in the image; a test keeps the two equal."""


def version_of(settings: Settings) -> WorkerDeploymentVersion:
    """Return the version of this process: its build id is the release and the commit, like 0.2.0+3f2a91c."""
    return WorkerDeploymentVersion(DEPLOYMENT, f"{RELEASE}+{settings.commit}")
