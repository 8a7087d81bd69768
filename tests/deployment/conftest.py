"""One deployment for all its tests, with a patient, who has a clinician and a record."""

from collections.abc import Iterator

import pytest

from local.model.server import OfflineModel
from tests.deployment.deployment import Deployment
from tests.support.ministack import ministack


@pytest.fixture(scope="session")
def model() -> Iterator[OfflineModel]:
    server = OfflineModel()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def deployment(model: OfflineModel) -> Iterator[Deployment]:
    with ministack(holds_to_policies=True) as endpoint:
        deployed = Deployment(endpoint, model.url)
        for function in ("put_patient", "assign_clinician", "put_record"):
            deployed.call(function)
        yield deployed
        deployed.close()
