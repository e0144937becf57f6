"""What the commands of the supervised networks share: options, one training from tables to published card."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import torch

from training.quantification.basis import load_quantification_basis
from training.quantification.cnn.loop import Recipe, Trainer, validation_sets
from training.quantification.cnn.mixtures import Jitter, Mixtures
from training.quantification.cnn.quantifier import Quantifier
from training.quantification.export import PROTOCOLS
from training.quantification.simulate import load_preset
from training.training_record import hardware

WEIGHTS_SEED = 1


@dataclass(frozen=True)
class Job:
    """Everything that tells one method from another."""

    method: str
    preset: str
    body: object  # (outputs) → module
    recipe: Recipe
    draw_snr: object  # (count, generator) → [count]
    simulators: object  # (basis) → list of SetSimulators, the first that of the training
    entries: int
    epochs: int
    recipe_path: str
    jitter: Jitter | None = None
    waterless: bool = False  # whether it is to serve scans without water reference too


def parser(description):
    options = argparse.ArgumentParser(description=description)
    options.add_argument("id", help='method, "@", protocol: "resnet-1d@3t-slaser-28"')
    options.add_argument("--basis", help="basis id in place of the protocol's")
    options.add_argument("--warm-start", type=Path, help="checkpoint whose weights the training starts from")
    options.add_argument("--epochs", type=int, help="16 384 cases each")
    options.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--work", type=Path, default=Path(gettempdir()), help="folder of the checkpoints")
    options.add_argument("--out", type=Path, help="folder other than resources/models")
    options.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    options.add_argument("--export-only", action="store_true", help="publish the best checkpoint as it is")
    return options


def prepared(job, options):
    """→ Trainer with a fresh network"""
    protocol = options.id.split("@")[1]
    basis = load_quantification_basis(options.basis or PROTOCOLS[protocol]["basis"])
    torch.set_num_threads(options.threads)
    torch.manual_seed(WEIGHTS_SEED)
    seeds = load_preset(job.preset)["seeds"]
    simulators = job.simulators(basis)
    mixtures = Mixtures(simulators[0], job.entries, seeds["training"], job.jitter)
    body = job.body(mixtures.amounts.free)
    network = Quantifier(body, mixtures.amounts).to(memory_format=torch.channels_last)
    options.work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(network, mixtures, job.draw_snr, job.recipe, seeds, options.device, options.work, options.id)
    return trainer, simulators


def command_line(recipe_path, options, epochs):
    """For the card: what decides the weights, without this machine's folders."""
    parts = [f"python -m {recipe_path.replace('/', '.')}.train {options.id} --epochs {options.epochs or epochs}"]
    if options.basis:
        parts.append(f"--basis {options.basis}")
    if options.warm_start:
        parts.append(f"--warm-start {options.warm_start.name}")
    return " ".join(parts)


def trained(job, options):
    """→ Trainer whose network is the best of its training, spread and latent in it; simulators of the method's sets"""
    trainer, simulators = prepared(job, options)
    if options.export_only:
        trainer.load_best()
    else:
        held = validation_sets(simulators, trainer.seeds["validation"], simulators[:1] if job.waterless else [])
        trainer.record.update({
            "hardware": hardware(options.device, options.threads),
            "parameters": sum(p.numel() for p in trainer.network.parameters()),
            "command": command_line(job.recipe_path, options, job.epochs),
        })
        trainer.fit(options.epochs or job.epochs, held, options.resume, options.warm_start)
    trainer.fit_spread()
    return trainer, simulators
