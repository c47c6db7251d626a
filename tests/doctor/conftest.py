"""A deployment to look at: the cluster as it is shipped, healthy, for all tests of this folder."""

from collections.abc import Iterator

import pytest

from deploy.cluster import Cluster
from tests.ports import free_base


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Everything runs, on this machine's loopback."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), free_base())
    try:
        cluster.start(lambda _: None)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def environ(cluster: Cluster) -> dict[str, str]:
    """What somebody on that machine runs the doctor with."""
    return {
        **cluster._environment(),
        "URL": cluster.url,
        "SUPERVISOR": str(cluster.folder / "supervisord.conf"),
    }
