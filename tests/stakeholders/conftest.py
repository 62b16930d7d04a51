import pytest

from stakeholders import kinds
from tests.stakeholders import hands as hands_


@pytest.fixture
def hands():
    """The test's own kind of round, known for as long as the test runs."""
    kind = hands_.install()
    yield kind
    kinds.unregister(kind.name)
