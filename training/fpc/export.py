"""Trained network → resources/models: `<id>.onnx`, its card `<id>.json` and `<id>.selftest.json` (shape: domain/modelCard.ts)."""

import hashlib
import json

import numpy as np
import onnxruntime
import torch

from training.fpc.canonical import POINTS, REFERENCE_PPM
from training.fpc.evaluate import UNSEEN, evaluate
from training.fpc.networks import TRAINED_SHIFT_PPM
from training.fpc.presets import REPOSITORY, load_preset, preset_path
from training.fpc.published import DESCRIPTIONS, PUBLISHED, explain
from training.fpc.simulate import Simulator

MODELS = REPOSITORY / "resources/models"
OPSET = 18
# Largest difference between PyTorch and ONNX Runtime, and between processors, in ppm and in the unit vector.
TOLERANCE = 1e-4
SELF_TEST_COUNT = 4
TRAINING_PRESET = "fpc-training-wide"


def export_onnx(network, path):
    """Writes the ONNX file, batch dimension free, and checks it against PyTorch."""
    example = torch.randn(4, 2, POINTS)
    program = torch.onnx.export(
        network,
        (example,),
        dynamo=True,
        input_names=["fid"],
        output_names=["offsets"],
        dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    program.optimize()
    for node in program.model.graph:
        node.metadata_props.clear()  # stack traces with this machine's paths
    program.save(str(path))


def run_onnx(path, inputs):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["offsets"], {"fid": inputs})[0]


def stored(array):
    return {"shape": list(array.shape), "data": [float(np.round(v, 7)) for v in array.ravel()]}


def self_test(network, path):
    """Fixed inputs (rounded as they are stored) and what the ONNX file makes of them."""
    simulator = Simulator(load_preset(TRAINING_PRESET))
    transients = simulator.draw(SELF_TEST_COUNT, torch.Generator().manual_seed(20))
    inputs = np.round(transients.inputs().numpy(), 6).astype(np.float32)
    outputs = run_onnx(path, inputs)
    with torch.no_grad():
        difference = np.abs(network(torch.from_numpy(inputs)).numpy() - outputs).max()
    if difference > TOLERANCE:
        raise RuntimeError(f"ONNX Runtime differs from PyTorch by {difference:.2e}")
    inputs_stored = {"shape": list(inputs.shape), "data": [float(f"{v:.6f}") for v in inputs.ravel()]}
    return {"inputs": {"fid": inputs_stored}, "outputs": {"offsets": stored(outputs)}, "tolerance": TOLERANCE}


def tensors():
    inputs = [
        {
            "name": "fid",
            "dtype": "float32",
            "shape": [None, 2, POINTS],
            "meaning": "transients × (real, imaginary) × 512 samples at a dwell time of 1/(8 ppm · f0), creatine's 3.027 ppm at"
            " zero frequency, largest magnitude 1 (training/fpc/canonical.py)",
        }
    ]
    outputs = [
        {
            "name": "offsets",
            "dtype": "float32",
            "shape": [None, 3],
            "meaning": f"transients × (shift in ppm from {REFERENCE_PPM} ppm towards higher frequency, cosine and sine of the phase"
            " at t = 0)",
        }
    ]
    return inputs, outputs


def protocol(preset):
    return {
        "nucleus": "1H",
        "fieldT": [1.4, 9.5],
        "sequences": None,
        "echoTimeMs": [5, 300],
        "limits": {
            "bandwidthPpm": [6.6, 400],
            "shiftPpm": [-TRAINED_SHIFT_PPM, TRAINED_SHIFT_PPM],
            "snr": preset["snr"]["range"],
        },
    }


def training_record(model_id, record, preset, bases):
    return {
        "recipe": "training/fpc",
        "presetFiles": [preset_path(TRAINING_PRESET)],
        "basisSha256": {basis.id: basis.sha256 for basis in bases.values()},
        "seeds": {
            "training": preset["seeds"]["training"],
            "validation": preset["seeds"]["validation"],
            "test": preset["seeds"]["test"] + UNSEEN,
            "weights": 1,
        },
        "epochs": record["epochs"],
        "hardware": record["hardware"],
        "minutes": round(record["minutes"], 1),
        "command": f"python -m training.fpc.train {model_id} --epochs {record['plannedEpochs']}",
    }


def card(model_id, path, record, preset, bases, figures):
    description = DESCRIPTIONS[model_id]
    inputs, outputs = tensors()
    return {
        "id": model_id,
        "title": description["title"],
        "version": 1,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "MIT",
        "citation": description["citation"],
        "task": "fpc",
        "inputs": inputs,
        "outputs": outputs,
        "protocol": protocol(preset),
        "training": training_record(model_id, record, preset, bases),
        "metrics": {
            "published": PUBLISHED[model_id],
            "validationLoss": round(record["bestLoss"], 5),
            "bestEpoch": record["bestEpoch"],
            "parameters": record["parameters"],
            "test": figures,
        },
        "limits": [*description["limits"], *explain(model_id, figures)],
    }


def publish(model_id, network, record, preset, bases, folder=None):
    """Exports, evaluates and writes card and self-test; prints the figures."""
    folder = folder or MODELS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model_id}.onnx"
    export_onnx(network, path)
    record["parameters"] = sum(p.numel() for p in network.parameters())
    test = self_test(network, path)
    figures = evaluate(network)
    made = card(model_id, path, record, preset, bases, figures)
    (folder / f"{model_id}.json").write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    (folder / f"{model_id}.selftest.json").write_text(json.dumps(test, separators=(",", ":")) + "\n")
    for preset_id, row in figures.items():
        print(model_id, preset_id, json.dumps(row))
