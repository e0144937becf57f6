"""Writes ONNX, card and self-test of a trained denoiser: python -m training.denoising.export relstm --run FOLDER.

The metrics are measured with onnxruntime on the test seed (seen by no training): mean absolute error before and after, on
spectra of the trained kind and on tumour-like ones that are outside it.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import torch

# The runtime sends events to its maker unless this stands before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime  # noqa: E402

from training.denoising.networks import make_network
from training.denoising.onnx_graphs import plain_lstm_graph, relstm_graph
from training.denoising.spectra import BASIS_FOLDER, CleanSet, clean_set, normalise, recombine
from training.denoising.train import HERE, sizes_of

MODELS = HERE.parents[1] / "resources" / "models"
TEST_SEED = 9103
TEST_CASES = 256
SELF_TEST_CASES = 2
TITLES = {"relstm": "ReLSTM denoising", "lstm": "LSTM denoising (ablation of ReLSTM)"}
# Chen 2023: against the fits of 128 averages, by LCModel, on 10 measured regions.
PUBLISHED_FIGURES = {
    "snrOf24Denoised": 36.3, "snrOf128": 30.0,
    "relativeErrorPercent": {"tNAA": 3.2, "tCr": 3.5, "tCho": 3.4, "Glx": 9.5, "mI": 8.7},
}  # fmt: skip
PUBLISHED = {"refusion": [8, 128, 512], "hidden": 1024}


def measure(session: onnxruntime.InferenceSession, clean: CleanSet, seed: int) -> dict:
    """Errors against the noiseless signal and against the mean of 124, relative to those before."""
    rng = np.random.default_rng(seed)
    chosen = np.arange(len(clean.fids))
    noisy, label = recombine(clean, chosen, rng)
    unit_noisy, unit_label = normalise(noisy, label)
    _, unit_clean = normalise(noisy, clean.fids)
    out = session.run(None, {"fid": unit_noisy})[0]
    energy = lambda x: (x**2).sum((1, 2))
    scale = energy(unit_noisy - unit_clean)
    # Signal lost: what of the clean signal is missing in the output along the clean signal itself.
    amplitude = ((out * unit_clean).sum((1, 2)) / energy(unit_clean)).mean()
    return {
        "meanAbsoluteErrorBefore": round(float(np.abs(unit_noisy - unit_label).mean()), 6),
        "meanAbsoluteErrorAfter": round(float(np.abs(out - unit_label).mean()), 6),
        "errorEnergyAfterOverBefore": round(float(np.median(energy(out - unit_clean) / scale)), 4),
        "errorEnergyOf124Over24": round(float(np.median(energy(unit_label - unit_clean) / scale)), 4),
        "amplitudeKept": round(float(amplitude), 4),
    }


def fit_figures(kind: str, bench: dict) -> dict:
    """The row of this network and that of the spectra before denoising, healthy and tumour-like."""
    rows = {name: [row for row in bench[name] if row["method"] in ("none", kind)] for name in ("healthy", "tumourLike")}
    return {**rows, "conditions": bench["conditions"]}


def fit_limits(metrics: dict) -> list[str]:
    """The errors of the fit in words, beside those without denoising."""
    if "fit" not in metrics:
        return []
    sentences = []
    for name, words in (("healthy", "healthy"), ("tumourLike", "tumour-like")):
        before, after = metrics["fit"][name]
        pairs = zip(before["metabolites"], after["metabolites"], strict=True)
        errors = ", ".join(f"{a['name']} {a['relativeErrorPercent']} ({b['relativeErrorPercent']})" for b, a in pairs)
        sentences.append(f"Error in % of the NLLS fit of {words} spectra against that of 124 averages, in brackets without denoising: {errors}.")
    return sentences


def stored(values: np.ndarray) -> dict:
    return {"shape": list(values.shape), "data": [float(np.float32(f"{v:.7g}")) for v in values.ravel()]}


def self_test(session: onnxruntime.InferenceSession, clean: CleanSet) -> dict:
    noisy, _ = normalise(*recombine(clean, np.arange(SELF_TEST_CASES), np.random.default_rng(TEST_SEED)))
    output = session.run(None, {"fid": noisy})[0]
    return {"inputs": {"fid": stored(noisy)}, "outputs": {"denoised": stored(output)}, "tolerance": 2e-4}


def tensor(name: str, meaning: str) -> dict:
    return {"name": name, "dtype": "float32", "shape": [None, 2, 512], "meaning": meaning}


def card(kind: str, record: dict, model: bytes, recipe: dict, metrics: dict) -> dict:
    config, minutes = record["config"], record["seconds"] / 60
    size = config[kind]
    hidden = f"hidden state {size['hidden']} (published {PUBLISHED['hidden']})"
    smaller = [hidden] if kind == "lstm" else [f"refusion {size['refusion']} (published {PUBLISHED['refusion']})", hidden]
    digest = lambda name: hashlib.sha256((BASIS_FOLDER / f"{name}.nii.gz").read_bytes()).hexdigest()
    fid = "batch × (real, imaginary) × canonical FID (training/fpc/canonical.py), divided by its largest magnitude and by the phase of the sum of its first 8 points"
    return {
        "id": kind, "title": TITLES[kind], "version": 1, "file": f"{kind}.onnx",
        "sha256": hashlib.sha256(model).hexdigest(), "licence": "MIT",
        "citation": "Chen D et al., Magnetic resonance spectroscopy deep learning denoising using few in vivo data, 2023, arXiv:2101.11442",
        "task": "denoising",
        "inputs": [tensor("fid", fid)],
        "outputs": [tensor("denoised", "the same FID with less noise, in the units of the input")],
        "protocol": {
            "nucleus": "1H", "fieldT": [1.4, 7.1], "sequences": ["PRESS", "SLASER", "STEAM"], "echoTimeMs": [10, 150],
            "limits": {"bandwidthPpm": [8, 100], "durationS": [0.1, 10], "peakOverNoiseSd": recipe["peakOverNoiseSd"]},
        },
        "training": {
            "recipe": "training/denoising",
            "presetFiles": ["training/denoising/simulation.json", "training/denoising/config.json"],
            "basisSha256": {name: digest(name) for name in recipe["bases"]},
            "seeds": {**config["seeds"], "test": TEST_SEED},
            "epochs": round(record["step"] * config["batch"] / config["cleanCases"], 1),
            "hardware": record["hardware"], "minutes": round(minutes, 1),
            "command": f"python -m training.denoising.train {kind} --minutes {round(minutes)} --out FOLDER && python -m training.denoising.export {kind} --run FOLDER",
        },
        "metrics": {**metrics, **({"published": PUBLISHED_FIGURES} if kind == "relstm" else {})},
        "limits": [
            *fit_limits(metrics),
            f"Smaller than published so that it trains on one CPU thread: {', '.join(smaller)}.",
            "Trained on simulated spectra only; the published network learnt from real transients of one scanner and protocol.",
            "Tumour-like spectra (NAA below 3 mM, choline above 4 mM, lactate above 5 mM) were kept out of its training: its error there stands under heldOut.",
            "It adds no information: fits of denoised spectra are as uncertain as those of the noisy ones, and biased towards what it has learnt.",
            "Edited difference spectra are outside its training.",
        ],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["relstm", "lstm"])
    parser.add_argument("--run", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--bench", type=Path, help="what `lineshape bench denoising` printed for these weights, for the card")
    chosen = parser.parse_args()
    record = torch.load(chosen.run / f"{chosen.kind}.pt", map_location="cpu", weights_only=True)
    recipe = json.loads((HERE / "simulation.json").read_text())
    weights = {name: value.numpy() for name, value in record["average"].items()}
    sizes = sizes_of(record["config"], chosen.kind)
    graph = (relstm_graph if chosen.kind == "relstm" else plain_lstm_graph)(weights, sizes.fragment)
    model = graph.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    clean = clean_set(recipe, TEST_CASES, TEST_SEED)
    check_against_torch(chosen.kind, record, session, clean)
    metrics = {
        "trainedKind": measure(session, clean, TEST_SEED),
        "heldOut": measure(session, clean_set(recipe, TEST_CASES, TEST_SEED, held_out=True), TEST_SEED),
        "cases": TEST_CASES,
        **({} if chosen.bench is None else {"fit": fit_figures(chosen.kind, json.loads(chosen.bench.read_text()))}),
    }
    chosen.models.mkdir(parents=True, exist_ok=True)
    (chosen.models / f"{chosen.kind}.onnx").write_bytes(model)
    write_json(chosen.models / f"{chosen.kind}.selftest.json", self_test(session, clean), None)
    write_json(chosen.models / f"{chosen.kind}.json", card(chosen.kind, record, model, recipe, metrics), 2)
    print(json.dumps(metrics))


def check_against_torch(kind: str, record: dict, session: onnxruntime.InferenceSession, clean: CleanSet) -> None:
    network = make_network(kind, sizes_of(record["config"], kind))
    network.load_state_dict(record["average"])
    noisy, _ = normalise(*recombine(clean, np.arange(16), np.random.default_rng(1)))
    with torch.no_grad():
        expected = network(torch.from_numpy(noisy)).numpy()
    difference = float(np.abs(session.run(None, {"fid": noisy})[0] - expected).max())
    if difference > 1e-4:
        raise RuntimeError(f"The ONNX graph of {kind} should answer as the network does, but differs by {difference}.")


def write_json(path: Path, content: dict, indent: int | None) -> None:
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
