"""The contrastive losses of Pei et al., Equations 4 and 5."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def motif_loss(motifs: Tensor, contexts: Tensor, temperature: float = 1.0, equal: Tensor | None = None) -> Tensor:
    """Equation 4: each motif against its own context graph, the batch's other context graphs as negatives.

    Args:
        motifs: (N, D) embeddings by F_m.
        contexts: (N, D) embeddings by F_c, in the same order.
        temperature: divides the cosine similarities.
        equal: (N, N) true where context j holds motif i too and is left out of the negatives; None keeps all.

    Returns:
        The mean over the batch (the paper's sum, divided by N, so that the learning rate does not depend on it).
    """
    similarities = functional.normalize(motifs) @ functional.normalize(contexts).T / temperature
    if equal is not None:
        others = equal & ~torch.eye(len(motifs), dtype=torch.bool, device=motifs.device)
        similarities = similarities.masked_fill(others, -torch.inf)
    return functional.cross_entropy(similarities, torch.arange(len(motifs), device=motifs.device))


def graph_loss(graphs: Tensor, families: Tensor, temperature: float = 1.0) -> Tensor:
    """Equation 5: each graph against the others of its family, all other graphs of the batch as negatives.

    Args:
        graphs: (N, D) embeddings.
        families: (N,) family of each.
        temperature: divides the cosine similarities.

    Returns:
        The mean over graphs that have a positive of the mean over their positives of -log(p / (p + sum of negatives)):
        a large family counts no more than its graphs. 0 where the batch has no such pair.
    """
    unit = functional.normalize(graphs)
    similarities = unit @ unit.T / temperature
    same = families[:, None] == families[None, :]
    positive = same & ~torch.eye(len(graphs), dtype=torch.bool, device=graphs.device)
    if not bool(positive.any()):
        return similarities.sum() * 0
    negatives = torch.logsumexp(similarities.masked_fill(same, -torch.inf), dim=1, keepdim=True)
    losses = torch.logaddexp(similarities, negatives) - similarities
    per_graph = losses.masked_fill(~positive, 0).sum(1) / positive.sum(1).clamp(min=1)
    return per_graph.sum() / positive.any(1).sum()
