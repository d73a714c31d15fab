"""graph2vec (Narayanan et al., 2017): each graph a document of Weisfeiler-Lehman words, embedded by Doc2Vec.

With the settings that karateclub has as its defaults (which cannot be installed beside numpy 2): two rounds, 128
dimensions, distributed bag of words, ten epochs, words that occur five times; frequent words are passed over as
gensim does by default. It learns from all graphs, so that one run serves every protocol.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from gensim.models.doc2vec import Doc2Vec, TaggedDocument
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from nar.fingerprint import hash_texts, mix, neighbour_hashes
from nar.graph import Graph

ROUNDS, DIMENSIONS, EPOCHS, MIN_COUNT, RATE = 2, 128, 10, 5, 0.025


def words(graph: Graph) -> list[str]:
    """The neighbourhoods of all ops, of none to ROUNDS hops."""
    labels = hash_texts(graph.op_table)[graph.op]
    found = [labels]
    for _ in range(ROUNDS):
        parents, children = neighbour_hashes(labels, graph.edges)
        labels = mix(mix(labels + mix(parents)) + mix(children))
        found.append(labels)
    return [str(word) for word in np.concatenate(found).tolist()]


def graph2vec(graphs: Sequence[Graph], seed: int = 0) -> NDArray[np.float32]:
    """(N, DIMENSIONS) unit vectors; all graphs are documents of the training, whose labels it does not see."""
    documents = [TaggedDocument(words(graph), [index]) for index, graph in enumerate(graphs)]
    # One worker, because several would finish in any order.
    model = Doc2Vec(
        documents,
        dm=0,
        vector_size=DIMENSIONS,
        window=0,
        min_count=MIN_COUNT,
        epochs=EPOCHS,
        alpha=RATE,
        seed=seed,
        workers=1,
    )
    vectors: NDArray[np.float32] = normalize(np.stack([model.dv[index] for index in range(len(graphs))]))
    return vectors
