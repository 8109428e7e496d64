import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """Small kernels spin longer than they compute when two threads share a busy core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def normal():
    """Seeded normal numbers: ``normal(3, 4)`` is a float64 tensor of shape (3, 4)."""
    generator = torch.Generator().manual_seed(0)
    return lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)
