"""Models of installed libraries by name: "timm/resnet50", "transformers/bert/BertModel"."""

from services.extractor.libraries.registry import LIBRARIES, from_config_json, load, names

__all__ = ["LIBRARIES", "from_config_json", "load", "names"]
