"""Trains a denoiser: python -m training.denoising.train relstm --minutes 60 --out FOLDER [--config config-published.json].

Mean absolute error, Adam (Chen 2023, section III C). CUDA where there is one, else the CPU. A checkpoint is written every
100 steps; the same command goes on from it. The exported weights are a moving average over the steps.
"""
from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch

from training.denoising.networks import Sizes, make_network
from training.denoising.spectra import CleanSet, clean_set, normalise, recombine
from training.training_record import hardware

HERE = Path(__file__).parent
CHECKPOINT_STEPS = 100


def sizes_of(config: dict, kind: str) -> Sizes:
    part = config[kind]
    return Sizes(part["fragment"], tuple(part["refusion"]), part["hidden"])


def cached_set(folder: Path, recipe: dict, cases: int, seed: int) -> CleanSet:
    path = folder / f"clean-{cases}-{seed}.npz"
    if not path.exists():
        made = clean_set(recipe, cases, seed)
        np.savez(path, fids=made.fids, noise_sd=made.noise_sd, valid=made.valid)
    held = np.load(path)
    return CleanSet(held["fids"], held["noise_sd"], held["valid"])


def pairs(clean: CleanSet, chosen: np.ndarray, rng: np.random.Generator, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    noisy, label = normalise(*recombine(clean, chosen, rng))
    return torch.from_numpy(noisy).to(device), torch.from_numpy(label).to(device)


def validation_loss(network: torch.nn.Module, clean: CleanSet, seed: int, device: str) -> tuple[float, float]:
    """Mean absolute error after and before denoising, the same noise each time."""
    rng = np.random.default_rng(seed)
    after, before = [], []
    with torch.no_grad():
        for start in range(0, len(clean.fids), 64):
            noisy, label = pairs(clean, np.arange(start, min(start + 64, len(clean.fids))), rng, device)
            after.append((network(noisy) - label).abs().mean().item())
            before.append((noisy - label).abs().mean().item())
    return float(np.mean(after)), float(np.mean(before))


class Run:
    """Everything a checkpoint holds."""

    def __init__(self, kind: str, config: dict, device: str) -> None:
        torch.manual_seed(config["seeds"]["weights"])
        self.device = device
        self.network = make_network(kind, sizes_of(config, kind)).to(device)
        self.average = copy.deepcopy(self.network)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=config["learningRate"])
        self.step = 0
        self.seconds = 0.0
        self.history: list[dict] = []

    def state(self) -> dict:
        return {
            "network": self.network.state_dict(), "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(), "step": self.step, "seconds": self.seconds, "history": self.history,
        }  # fmt: skip

    def restore(self, state: dict) -> None:
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.history = state["step"], state["seconds"], state["history"]


def one_step(run: Run, config: dict, clean: CleanSet, rng: np.random.Generator, device: str, progress: float) -> float:
    first, last = config["learningRate"], config["lastLearningRate"]
    rate = last + (first - last) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    for group in run.optimiser.param_groups:
        group["lr"] = rate * min(1.0, (run.step + 1) / 100)
    noisy, label = pairs(clean, rng.integers(0, len(clean.fids), config["batch"]), rng, device)
    # Signal lives in the early points: most steps look at them alone, for the time.
    points = config["stepPoints"][run.step % len(config["stepPoints"])]
    loss = (run.network(noisy[:, :, :points]) - label[:, :, :points]).abs().mean()
    run.optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), config["clipNorm"])
    run.optimiser.step()
    # Young averages forget faster, so that they do not hold the random start.
    decay = min(config["averageDecay"], (run.step + 1) / (run.step + 10))
    with torch.no_grad():
        for mean, value in zip(run.average.parameters(), run.network.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)
    run.step += 1
    return loss.item()


def save(run: Run, kind: str, config: dict, path: Path) -> None:
    record = {"kind": kind, "config": config, "hardware": hardware(run.device, torch.get_num_threads()), **run.state()}
    partial = path.with_suffix(".partial")
    torch.save(record, partial)
    os.replace(partial, path)


def train(kind: str, config: dict, minutes: float, folder: Path) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    recipe = json.loads((HERE / "simulation.json").read_text())
    seeds = config["seeds"]
    folder.mkdir(parents=True, exist_ok=True)
    clean = cached_set(folder, recipe, config["cleanCases"], seeds["training"])
    held = cached_set(folder, recipe, config["validationCases"], seeds["validation"])
    run = Run(kind, config, device)
    path = folder / f"{kind}.pt"
    if path.exists():
        run.restore(torch.load(path, map_location=device, weights_only=True))
    # A resumed run draws noise it has not seen.
    rng = np.random.default_rng([seeds["noise"], run.step])
    losses: list[float] = []
    while run.seconds < 60 * minutes:
        begun = time.monotonic()
        losses.append(one_step(run, config, clean, rng, device, run.seconds / (60 * minutes)))
        run.seconds += time.monotonic() - begun
        if run.step % CHECKPOINT_STEPS == 0:
            after, before = validation_loss(run.average, held, seeds["validation"], device)
            run.history.append({"step": run.step, "seconds": round(run.seconds), "training": float(np.mean(losses)),
                                "validation": after, "validationNoisy": before})  # fmt: skip
            print(json.dumps(run.history[-1]), flush=True)
            losses = []
            save(run, kind, config, path)
    save(run, kind, config, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["relstm", "lstm"])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=HERE / "config.json")
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    train(chosen.kind, json.loads(chosen.config.read_text()), chosen.minutes, chosen.out)


if __name__ == "__main__":
    main()
