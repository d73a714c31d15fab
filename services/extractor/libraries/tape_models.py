"""tape: the models of "Evaluating Protein Transfer Learning with TAPE" (https://github.com/songlab-cal/tape)."""

from __future__ import annotations

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Input, Recipe, floats, integers

stand_in("boto3", "botocore", "lmdb", "tensorboardX")

_IDS = (integers(1, 64),)


def _model(module: str, kind: str, config: str, family: str, *inputs: Input) -> Recipe:
    path = f"tape.models.modeling_{module}"
    arguments = {"config": Recipe(f"{path}:{config}Config", "")}
    return Recipe(f"{path}:{kind}", "fill-mask" if "LM" in kind else "", inputs or _IDS, arguments, family=family)


# The file modeling_resnet defines a network of its own, not ResNet.
_RECIPES = {
    "bert": _model("bert", "ProteinBertModel", "ProteinBert", "bert"),
    "bert/masked_lm": _model("bert", "ProteinBertForMaskedLM", "ProteinBert", "bert"),
    "resnet": _model("resnet", "ProteinResNetModel", "ProteinResNet", "protein_resnet"),
    "resnet/masked_lm": _model("resnet", "ProteinResNetForMaskedLM", "ProteinResNet", "protein_resnet"),
    "unirep": _model("unirep", "UniRepModel", "UniRep", "unirep"),
    "unirep/lm": _model("unirep", "UniRepForLM", "UniRep", "unirep"),
    "trrosetta": _model("trrosetta", "TRRosetta", "TRRosetta", "trrosetta", floats(1, 8, 64, 21)),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
