import pytest
import torch

from explorer.engine.device import choose_device, exact_matmul, to_double


def test_auto_takes_the_fastest_device_there_is():
    expected = "cuda" if torch.cuda.is_available() else None
    expected = expected or ("mps" if torch.backends.mps.is_available() else "cpu")
    assert choose_device() == torch.device(expected)
    assert choose_device("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "CPU"])
def test_a_device_that_is_not_there_is_named_with_those_that_are(name):
    with pytest.raises(ValueError, match=f"'{name}'.*cpu"):
        choose_device(name)


@pytest.mark.parametrize("host", ["none", "tf32", "ieee"])
def test_exact_matmul_restores_the_setting_of_the_host(host):
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    try:
        matmul.fp32_precision = host
        with pytest.raises(ZeroDivisionError), exact_matmul():
            assert matmul.fp32_precision == "ieee"
            raise ZeroDivisionError
        assert matmul.fp32_precision == host
    finally:
        matmul.fp32_precision = before


def test_the_older_getter_still_answers_after_exact_matmul():
    before = torch.get_float32_matmul_precision()
    with exact_matmul():
        assert torch.equal(torch.eye(2) @ torch.eye(2), torch.eye(2))
    assert torch.get_float32_matmul_precision() == before


def test_to_double_keeps_values():
    assert torch.equal(to_double(torch.tensor([0.1])), torch.tensor([0.1]).to(torch.float64))
