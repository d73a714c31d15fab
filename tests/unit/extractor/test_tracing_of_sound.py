"""What models of sound and of sequences do on tensors without memory: spectra, packed sequences, autocast."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from services.extractor.canonical import canonicalise
from services.extractor.tracer import trace


def ops_of(module: nn.Module, *inputs: Tensor) -> list[str]:
    """Canonical ops of a module on the meta device."""
    raw = trace(module.to("meta"), tuple(item.to("meta") for item in inputs), {}, "test")
    return [op for op in canonicalise(raw).graph.ops if op != "input"]


class Spectral(nn.Module):
    def forward(self, sound: Tensor) -> Tensor:
        window = torch.hann_window(64, device=sound.device)
        spectrum = torch.stft(sound, 64, window=window, return_complex=True)
        return torch.istft(spectrum * 2, 64, window=window)


def test_a_sound_comes_back_from_its_spectrum() -> None:
    raw = trace(Spectral(), (torch.empty(1, 640, device="meta"),), {}, "test")
    assert canonicalise(raw).graph.ops.count("fft") == 2
    assert (1, 640) in canonicalise(raw).graph.shape_table


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.recurrent = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 4)

    def forward(self, sequence: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(sequence, lengths.cpu(), batch_first=True, enforce_sorted=False)
        out, _ = self.recurrent(packed)
        return self.head(pad_packed_sequence(out, batch_first=True)[0])


def test_packed_sequences_go_through_a_recurrent_layer() -> None:
    ops = ops_of(Packed(), torch.empty(2, 5, 8), torch.tensor([5, 3]))
    assert ops[-1] == "linear"
    assert "lstm" in ops


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, data: Tensor) -> Tensor:
        with torch.autocast(device_type=data.device.type, enabled=True):
            return torch.relu(self.layer(data))


def test_autocast_changes_nothing() -> None:
    assert ops_of(Mixed(), torch.empty(1, 8)) == ["linear", "relu"]


class ByName(nn.Module):
    def forward(self, data: Tensor) -> Tensor:
        return torch.relu(data.double()).type(data.type())


def test_a_type_may_be_given_by_its_name() -> None:
    assert ops_of(ByName(), torch.empty(1, 8)) == ["relu"]
