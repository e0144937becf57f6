"""One command: simulate, train, calibrate, export, evaluate, card.

    python -m training.quantification.universal.train lineshape-universal

Every epoch is 48 000 spectra drawn afresh; validation spectra have a seed of their own and stay the same. What is kept is the
running mean of the weights (its decay below), at the epoch of the least validation loss. --resume goes on from the last
checkpoint to the end of --epochs.
"""

import argparse
import copy
import json
import tempfile
import time
from pathlib import Path

import torch

from training.quantification.universal.losses import total_loss
from training.quantification.universal.networks import UniversalNetwork
from training.quantification.universal.simulate import UniversalSimulator, draw_set
from training.training_record import TrainingRecord, hardware, rate_at

MODEL_ID = "lineshape-universal"
EPOCH_SPECTRA = 48000
EPOCHS = 40
VALIDATION_SPECTRA = 3000
BATCH = 128
PEAK_RATE = 2e-3
WARM_UP_STEPS = 300
WEIGHT_SEED = 1
MEAN_DECAY = 0.998


def parse_arguments():
    parser = argparse.ArgumentParser(description="Trains, calibrates and exports the universal network.")
    parser.add_argument("model", choices=[MODEL_ID])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="largest learning rate")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "lineshape-training", help="checkpoints")
    parser.add_argument("--out", type=Path, default=None, help="folder of the models (resources/models)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export-only", action="store_true", help="publish the best checkpoint as it is")
    parser.add_argument("--no-export", action="store_true", help="train only")
    return parser.parse_args()


class Training:
    """Resumable after every epoch."""

    def __init__(self, arguments):
        self.arguments, self.device = arguments, arguments.device
        torch.manual_seed(WEIGHT_SEED)
        self.simulator = UniversalSimulator(self.device)
        seeds = self.simulator.rules["seeds"]
        self.network = UniversalNetwork(self.simulator.names).to(self.device)
        self.mean = copy.deepcopy(self.network)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=arguments.rate, weight_decay=1e-4)
        self.generator = torch.Generator(self.device).manual_seed(seeds["training"])
        self.validation = draw_set(self.simulator, VALIDATION_SPECTRA, seeds["validation"])
        self.record = TrainingRecord(arguments.work, arguments.model)

    def resume(self):
        state = self.record.resumed()
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])

    def _state(self):
        return {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def _epoch(self, epoch, epochs):
        steps = EPOCH_SPECTRA // BATCH
        self.network.train()
        for step in range(steps):
            for group in self.optimizer.param_groups:
                group["lr"] = rate_at(epoch * steps + step, epochs * steps, self.arguments.rate, WARM_UP_STEPS)
            loss, _ = total_loss(self.network, self.simulator.draw(BATCH, self.generator))
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.optimizer.step()
            with torch.no_grad():
                for kept, new in zip(self.mean.parameters(), self.network.parameters()):
                    kept.lerp_(new, 1 - MEAN_DECAY)

    def _validate(self):
        self.mean.eval()
        with torch.no_grad():
            loss, parts = total_loss(self.mean, self.validation)
        return loss.item(), parts

    def run(self):
        """Trains to the last epoch."""
        epochs = self.arguments.epochs
        for epoch in range(self.record.values["epochs"], epochs):
            start = time.monotonic()
            self._epoch(epoch, epochs)
            loss, parts = self._validate()
            is_best = self.record.add_epoch(epoch, loss, time.monotonic() - start, self._state(), digits=4)
            told = " ".join(f"{name} {value:.3f}" for name, value in parts.items())
            print(f"epoch {epoch + 1}/{epochs}: {loss:.4f}{' *' if is_best else ''} ({told})", flush=True)


def load_best(path, names):
    """@returns the network of a checkpoint (running mean of the weights) on the CPU, and the record of its training"""
    state = torch.load(path, weights_only=True, map_location="cpu")
    network = UniversalNetwork(names)
    network.load_state_dict(state["mean"])
    return network.eval(), json.loads(state["record"])


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    training = Training(arguments)
    if arguments.resume:
        training.resume()
    if not arguments.export_only:
        training.run()
    if arguments.no_export:
        return
    # Here, not above: training alone needs neither ONNX nor the solve.
    from training.quantification.universal.publish import publish_universal

    network, record = load_best(training.record.best_path, training.simulator.names)
    record["hardware"] = hardware(arguments.device, arguments.threads)
    length = "" if arguments.epochs == EPOCHS else f" --epochs {arguments.epochs}"
    record["command"] = f"python -m training.quantification.universal.train {MODEL_ID}{length}"
    publish_universal(network, record, arguments.out)


if __name__ == "__main__":
    main()
