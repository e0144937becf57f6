"""One command a model: simulate, train, export, evaluate, card.

    python -m training.fpc.train dcrr            # also: dcrrf dsr dsrf tapper ma

Every epoch is 24 000 transients drawn afresh from the preset fpc-training-wide with the training seed; validation transients
have their own seed and stay the same. The best checkpoint by validation loss is kept; training ends early after PATIENCE
epochs without a better one.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch

from training.fpc.export import publish
from training.fpc.losses import LOSSES, final_loss, total_loss
from training.fpc.networks import TRAINED_SHIFT_PPM, build
from training.fpc.presets import load_preset
from training.fpc.simulate import Simulator
from training.training_record import TrainingRecord, hardware, rate_at

PRESET = "fpc-training-wide"
EPOCH_TRANSIENTS = 24000
VALIDATION_TRANSIENTS = 2400
BATCH = 128
PEAK_RATE = 2e-3
WARM_UP_STEPS = 200
PATIENCE = 10
WEIGHT_SEED = 1
# Unsupervised training begins with apodised signals, whose loss leads from farther away; over this part of the epochs.
BLUR_PART, BLUR_PER_SAMPLE = 0.3, 0.05


def parse_arguments():
    parser = argparse.ArgumentParser(description="Trains, exports and evaluates one network for frequency and phase correction.")
    parser.add_argument("model", choices=sorted(LOSSES))
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "lineshape-training", help="checkpoints")
    parser.add_argument("--out", type=Path, default=None, help="folder of the models (resources/models)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export-only", action="store_true", help="publish the best checkpoint as it is")
    return parser.parse_args()


class Training:
    """One network's training, resumable after every epoch."""

    def __init__(self, arguments):
        self.arguments = arguments
        torch.manual_seed(WEIGHT_SEED)
        self.device = arguments.device
        self.network = build(arguments.model).to(self.device)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=PEAK_RATE, weight_decay=1e-4)
        self.preset = load_preset(PRESET)
        self.simulator = Simulator(self.preset, self.device, TRAINED_SHIFT_PPM)
        self.generator = torch.Generator(self.device).manual_seed(self.preset["seeds"]["training"])
        self.validation = self._validation()
        self.record = TrainingRecord(arguments.work, arguments.model)

    def _validation(self):
        generator = torch.Generator(self.device).manual_seed(self.preset["seeds"]["validation"])
        return [self.simulator.draw(400, generator) for _ in range(VALIDATION_TRANSIENTS // 400)]

    def resume(self):
        state = self.record.resumed()
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])

    def _state(self):
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def _epoch(self, epoch, epochs):
        steps = EPOCH_TRANSIENTS // BATCH
        self.network.train()
        for step in range(steps):
            done = epoch + step / steps
            for group in self.optimizer.param_groups:
                group["lr"] = rate_at(epoch * steps + step, epochs * steps, PEAK_RATE, WARM_UP_STEPS)
            blur = BLUR_PER_SAMPLE * max(0.0, 1 - done / (BLUR_PART * epochs))
            transients = self.simulator.draw(BATCH, self.generator)
            loss = total_loss(self.arguments.model, self.network.passes(transients.inputs()), transients, blur)
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.optimizer.step()

    def _validate(self):
        self.network.eval()
        with torch.no_grad():
            losses = [
                final_loss(self.arguments.model, self.network.passes(t.inputs()), t).item() for t in self.validation
            ]
        return sum(losses) / len(losses)

    def run(self):
        """Trains to the last epoch or until PATIENCE is at its end (not while the blur lasts)."""
        epochs = self.arguments.epochs
        for epoch in range(self.record.values["epochs"], epochs):
            start = time.monotonic()
            self._epoch(epoch, epochs)
            loss = self._validate()
            is_best = self.record.add_epoch(epoch, loss, time.monotonic() - start, self._state())
            print(f"epoch {epoch + 1}/{epochs}: validation loss {loss:.5f}{' *' if is_best else ''}", flush=True)
            if epoch + 1 > BLUR_PART * epochs + PATIENCE and epoch + 1 - self.record.values["bestEpoch"] >= PATIENCE:
                break

    def best(self):
        """@returns the best network, on the CPU, its frame set by the validation transients, and the record of its training"""
        state = torch.load(self.record.best_path, weights_only=True, map_location="cpu")
        last = torch.load(self.record.last_path, weights_only=True, map_location="cpu")
        network = build(self.arguments.model)
        network.load_state_dict(state["network"])
        network.eval().calibrate([transients.to("cpu") for transients in self.validation])
        return network, json.loads(last["record"])


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    training = Training(arguments)
    if arguments.resume:
        training.resume()
    if not arguments.export_only:
        training.run()
    network, record = training.best()
    record["plannedEpochs"] = arguments.epochs
    record["hardware"] = hardware(arguments.device, arguments.threads)
    publish(arguments.model, network, record, training.preset, training.simulator.bases, arguments.out)


if __name__ == "__main__":
    main()
