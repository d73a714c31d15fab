"""transformers: every (model type, class) pair of its Auto mappings, as it is by default and in published sizes."""

from __future__ import annotations

from functools import cache
from typing import Any

import transformers
from transformers.models.auto import modeling_auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.transformers_defaults import complete, fitting_config
from services.extractor.libraries.transformers_inputs import example_inputs
from services.extractor.libraries.transformers_sizes import changes, sized

# Mapping of transformers -> task, as the Hugging Face hub calls it. The plain mapping comes last: it has no task.
_TASKS = {
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES": "text-generation",
    "MODEL_FOR_MASKED_LM_MAPPING_NAMES": "fill-mask",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES": "text2text-generation",
    "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES": "text-classification",
    "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES": "token-classification",
    "MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES": "question-answering",
    "MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES": "multiple-choice",
    "MODEL_FOR_NEXT_SENTENCE_PREDICTION_MAPPING_NAMES": "next-sentence-prediction",
    "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES": "image-classification",
    "MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES": "object-detection",
    "MODEL_FOR_SEMANTIC_SEGMENTATION_MAPPING_NAMES": "semantic-segmentation",
    "MODEL_FOR_INSTANCE_SEGMENTATION_MAPPING_NAMES": "image-segmentation",
    "MODEL_FOR_UNIVERSAL_SEGMENTATION_MAPPING_NAMES": "image-segmentation",
    "MODEL_FOR_DEPTH_ESTIMATION_MAPPING_NAMES": "depth-estimation",
    "MODEL_FOR_IMAGE_TO_IMAGE_MAPPING_NAMES": "image-to-image",
    "MODEL_FOR_MASKED_IMAGE_MODELING_MAPPING_NAMES": "masked-image-modeling",
    "MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING_NAMES": "video-classification",
    "MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES": "audio-classification",
    "MODEL_FOR_CTC_MAPPING_NAMES": "automatic-speech-recognition",
    "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES": "automatic-speech-recognition",
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES": "image-text-to-text",
    "MODEL_FOR_VISUAL_QUESTION_ANSWERING_MAPPING_NAMES": "visual-question-answering",
    "MODEL_FOR_DOCUMENT_QUESTION_ANSWERING_MAPPING_NAMES": "document-question-answering",
    "MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES": "zero-shot-image-classification",
    "MODEL_FOR_ZERO_SHOT_OBJECT_DETECTION_MAPPING_NAMES": "zero-shot-object-detection",
    "MODEL_FOR_MASK_GENERATION_MAPPING_NAMES": "mask-generation",
    "MODEL_FOR_KEYPOINT_DETECTION_MAPPING_NAMES": "keypoint-detection",
    "MODEL_FOR_TIME_SERIES_PREDICTION_MAPPING_NAMES": "time-series-forecasting",
    "MODEL_FOR_PRETRAINING_MAPPING_NAMES": "pretraining",
    "MODEL_FOR_BACKBONE_MAPPING_NAMES": "image-feature-extraction",
    "MODEL_MAPPING_NAMES": "",
}


@cache
def pairs() -> dict[str, str]:
    """Task of every pair "model type/class" of the Auto mappings whose class there is."""
    found: dict[str, str] = {}
    available = set(dir(transformers))
    for mapping, task in _TASKS.items():
        for model_type, classes in getattr(modeling_auto, mapping, {}).items():
            for name in (classes,) if isinstance(classes, str) else classes:
                if name in available:
                    found.setdefault(f"{model_type}/{name}", task)
    return found


def names() -> list[str]:
    """All "model type/class" pairs, and "model type/class@size" for the published sizes."""
    return [*pairs(), *sized(pairs())]


def build(name: str) -> BuiltModel:
    """The pair `name` with its default configuration, or with that of the size that it names."""
    pair, _, size = name.partition("@")
    model_type, _, class_name = pair.partition("/")
    return build_class(CONFIG_MAPPING[model_type](**changes(model_type, size)), class_name, pairs()[pair])


def build_class(config: Any, class_name: str, task: str) -> BuiltModel:
    """A class that transformers ships, with a configuration, and inputs that fit both."""
    model_class = getattr(transformers, class_name)
    config = fitting_config(config, model_class)
    complete(config, class_name)
    module = model_class(config)
    first, *others = example_inputs(module, config)
    # A model lies in a folder of several files, such as models/bert/modeling_bert.py; the folder names it.
    family = model_class.__module__.split(".")[-2]
    return BuiltModel(module, family, task, kwargs=first, alternatives=others)
