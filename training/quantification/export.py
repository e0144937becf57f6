"""Trained network → `<id>.onnx`, its card `<id>.json` and `<id>.selftest.json` (shapes: src/core/domain/modelCard.ts)."""

import hashlib
import json

import numpy as np
import onnxruntime
import torch

from training.fpc.export import MODELS, OPSET, stored
from training.quantification.calibrate import rounded
from training.quantification.simulate import preset_path

# Largest difference between PyTorch and ONNX Runtime, and between processors, where all is of the order of 1.
TOLERANCE = 1e-3
SELF_TEST_COUNT = 2

SPECTRUM_MEANING = (
    "spectra × (real, imaginary) × 512 bins of the band spectrum, 4.2 down to 0.2 ppm in steps of 8/1024 ppm, over its largest"
    " magnitude (training/quantification/canonical.py)"
)
LATENT_MEANING = "spectra × features of the network, whitened on training data: the length tells how unlike them a spectrum is"

# What a protocol name behind the "@" of an id stands for: basis, and the scans it is good for.
PROTOCOLS = {
    "3t-press-30": {"basis": "lineshape-3t-press-te30-123mhz", "sequences": ["PRESS"], "echoTimeMs": [28, 32.5]},
    "3t-press-35": {"basis": "lineshape-3t-press-te35-123mhz", "sequences": ["PRESS"], "echoTimeMs": [32.5, 37]},
    "3t-slaser-28": {"basis": "lineshape-3t-slaser-te28-123mhz", "sequences": ["SLASER"], "echoTimeMs": [26, 36]},
    # Rizzo's protocol, and the fitting challenge's own basis: such networks are for figures and stay outside the repository.
    "3t-slaser-35": {"basis": "lineshape-3t-slaser-te35-123mhz", "sequences": ["SLASER"], "echoTimeMs": [33, 37]},
    "challenge": {"basis": "challenge", "sequences": ["PRESS"], "echoTimeMs": [28, 32.5]},
}


def protocol_card(protocol, noise_sd=None):
    """
    The card's `protocol` for one of PROTOCOLS.
    @param noise_sd of training inputs, per real channel and over their scale [N] (tensor): gives the range of peak SNR, largest
      magnitude over noise SD, 1st to 99th percentile
    """
    entry = PROTOCOLS[protocol]
    return {
        "nucleus": "1H",
        "fieldT": [2.85, 3.05],
        "sequences": entry["sequences"],
        "echoTimeMs": entry["echoTimeMs"],
        "limits": {} if noise_sd is None else {"peakSnr": [rounded(v) for v in np.quantile(1 / noise_sd.cpu().numpy(), [0.01, 0.99])]},
    }


def training_card(recipe, presets, basis, seeds, record, command):
    """
    The card's `training`.
    @param recipe folder or file from the repository's root
    @param presets ids of the simulated protocols
    @param seeds by what they are for
    @param record has "epochs", "minutes", "hardware"
    """
    return {
        "recipe": recipe,
        "presetFiles": [preset_path(preset) for preset in presets],
        "basisSha256": {basis.id: basis.sha256},
        "seeds": seeds,
        "epochs": record["epochs"],
        "hardware": record["hardware"],
        "minutes": round(record["minutes"], 1),
        "command": command,
    }


def trained_amounts(names, amplitudes, scale):
    """Of training cases: amplitudes [N, M] and scales [N] (tensors) → the card's `trainedAmounts`."""
    values = (amplitudes / scale[:, None]).cpu().numpy()
    low, high = np.quantile(values, [0.01, 0.99], axis=0)
    means = values.mean(axis=0)
    return {
        name: {"mean": rounded(means[k]), "range": [rounded(low[k]), rounded(high[k])]} for k, name in enumerate(names)
    }


def export_onnx(network, example_inputs, output_names, path):
    """Writes the ONNX file, first axis free. example_inputs: {name: tensor [4, ...]}, in the order of forward()."""
    batch = torch.export.Dim("batch", min=1)
    program = torch.onnx.export(
        network,
        tuple(example_inputs.values()),
        dynamo=True,
        input_names=list(example_inputs),
        output_names=list(output_names),
        dynamic_shapes=tuple({0: batch} for _ in example_inputs),
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    program.optimize()
    for node in program.model.graph:
        node.metadata_props.clear()  # stack traces with this machine's paths
    program.save(str(path))


def run_onnx(path, inputs, output_names=None):
    """{name: array} → {name: array}"""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = output_names or [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(list(names), inputs), strict=True))


def self_test(network, example_inputs, output_names, path, tolerance):
    """Fixed inputs (rounded as they are stored) and what the ONNX file makes of them; @throws where PyTorch differs."""
    inputs = {
        name: np.round(tensor[:SELF_TEST_COUNT].cpu().numpy(), 6).astype(np.float32)
        for name, tensor in example_inputs.items()
    }
    outputs = run_onnx(path, inputs, output_names)
    with torch.no_grad():
        expected = network(*(torch.from_numpy(array) for array in inputs.values()))
    expected = expected if isinstance(expected, tuple) else (expected,)
    for name, tensor in zip(output_names, expected, strict=True):
        difference = np.abs(tensor.numpy() - outputs[name]).max()
        if not difference <= tolerance:
            raise RuntimeError(f"ONNX Runtime's {name} differs from PyTorch's by {difference:.2e}.")
    inputs_stored = {
        name: {"shape": list(array.shape), "data": [float(f"{v:.6f}") for v in array.ravel()]}
        for name, array in inputs.items()
    }
    return {
        "inputs": inputs_stored,
        "outputs": {name: stored(array) for name, array in outputs.items()},
        "tolerance": tolerance,
    }


def _specs(tensors, meanings):
    return [
        {"name": name, "dtype": "float32", "shape": [None, *array.shape[1:]], "meaning": meanings[name]}
        for name, array in tensors.items()
    ]


def publish(network, example_inputs, output_names, card_fields, out_dir=None, tolerance=TOLERANCE):
    """
    Exports, checks against PyTorch, writes the card and the self-test; @returns the ONNX file's path.
    @param network module on the CPU, in eval mode; forward(*inputs) gives a tuple in the order of output_names
    @param example_inputs {name: tensor [at least 4, ...]}: real cases, for the self-test too
    @param card_fields id, title, version, citation, meanings (by tensor name; "spectrum" and "latent" have theirs), protocol,
      training, quantification, metrics, limits
    @param out_dir resources/models unless given
    """
    folder = out_dir or MODELS
    folder.mkdir(parents=True, exist_ok=True)
    fields = dict(card_fields)
    meanings = {"spectrum": SPECTRUM_MEANING, "latent": LATENT_MEANING, **fields.pop("meanings")}
    path = folder / f"{fields['id']}.onnx"
    export_onnx(network, example_inputs, output_names, path)
    test = self_test(network, example_inputs, output_names, path, tolerance)
    stored_outputs = {name: np.empty(test["outputs"][name]["shape"]) for name in output_names}
    card = {
        **{key: fields[key] for key in ("id", "title", "version")},
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "MIT",
        "citation": fields["citation"],
        "task": "quantification",
        "inputs": _specs(example_inputs, meanings),
        "outputs": _specs(stored_outputs, meanings),
        **{key: fields[key] for key in ("protocol", "training", "quantification", "metrics", "limits")},
    }
    (folder / f"{fields['id']}.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    (folder / f"{fields['id']}.selftest.json").write_text(json.dumps(test, separators=(",", ":")) + "\n")
    return path
