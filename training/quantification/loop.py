"""The training loop of qnet and dq: pre-drawn cases, fresh noise and phase, cosine rate, best checkpoint, resumable."""

import argparse
import json
import math
import tempfile
import time
from pathlib import Path

import torch

from training.quantification.export import PROTOCOLS
from training.training_record import TrainingRecord, hardware

WEIGHT_SEED = 1
WARM_UP_STEPS = 100
BATCH = 64
# What is added to a preset's training seed for the calibration's.
CALIBRATION_SEED_STEP = 3
SUMS = {"tNAA": ["NAA", "NAAG"], "tCr": ["Cr", "PCr"], "tCho": ["GPC", "PCho"], "Glx": ["Glu", "Gln"]}


def parse_arguments(methods, epochs):
    """Options of a training command; the id is "<method>@<protocol>"."""
    parser = argparse.ArgumentParser(description="Simulates, trains, exports and evaluates one network.")
    parser.add_argument("id", help=f"{' | '.join(methods)} @ {' | '.join(PROTOCOLS)}")
    parser.add_argument("--warm-start", type=Path, default=None, help="checkpoint to begin with")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--cases", type=int, default=40000, help="training cases, drawn once")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument("--weights-seed", type=int, default=WEIGHT_SEED, help="of the weights before training")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "lineshape-training", help="checkpoints")
    parser.add_argument("--out", type=Path, default=None, help="folder of the models (resources/models)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export-only", action="store_true", help="publish the best checkpoint as it is")
    arguments = parser.parse_args()
    arguments.method, _, arguments.protocol = arguments.id.partition("@")
    if arguments.method not in methods or arguments.protocol not in PROTOCOLS:
        parser.error(f"{arguments.id} should be one of {', '.join(methods)}, an @, and one of {', '.join(PROTOCOLS)}.")
    torch.set_num_threads(arguments.threads)
    return arguments


def sum_matrix(names):
    """@returns names of the sums that have members among `names`, and their matrix [M, S]"""
    present = {name: [m for m in members if m in names] for name, members in SUMS.items()}
    present = {name: members for name, members in present.items() if members}
    matrix = torch.zeros(len(names), len(present))
    for column, members in enumerate(present.values()):
        for member in members:
            matrix[names.index(member), column] = 1
    return list(present), matrix


def draw_set(simulator, count, seed, chunk=500):
    """@returns list of Cases, chunk by chunk"""
    generator = torch.Generator(simulator.device).manual_seed(seed)
    return [simulator.draw(chunk, generator) for _ in range(count // chunk)]


def renewed(cases, generator, keep):
    """The same cases with new noise. @param keep mask of canonical samples that a scan has"""
    shape = cases.fid.shape
    noise = torch.complex(*(torch.randn(shape, generator=generator, device=cases.fid.device) for _ in range(2)))
    cases.fid = cases.clean_fid + noise * cases.noise_sd[:, None] * keep
    return cases


class Loop:
    """
    Trains `network` by `loss(network, cases, progress)` → scalar (training) and `validate(network, cases)` → scalar, lower is
    better. progress: share of the training that is done.
    """

    def __init__(self, arguments, network, simulator, losses, seeds):
        self.arguments, self.network, self.simulator, self.seeds = arguments, network.to(arguments.device), simulator, seeds
        self.loss, self.validate = losses
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=arguments.rate, weight_decay=1e-4)
        self.record = TrainingRecord(arguments.work, arguments.id)
        if arguments.warm_start is not None:
            warm_start(self.network, arguments.warm_start, arguments.device)
        if arguments.resume:
            self._resume()

    def _resume(self):
        state = self.record.resumed(self.arguments.device)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])

    def _state(self):
        return {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}

    def run(self, validation_cases=2000):
        """Draws the sets, trains to the last epoch."""
        start = time.monotonic()
        training = draw_set(self.simulator, self.arguments.cases, self.seeds["training"])
        validation = draw_set(self.simulator, validation_cases, self.seeds["validation"])
        print(f"{self.arguments.cases} cases drawn in {time.monotonic() - start:.0f} s", flush=True)
        epochs = self.arguments.epochs
        for epoch in range(self.record.values["epochs"], epochs):
            mean = self._epoch(training, epoch, epochs)
            self.network.eval()
            with torch.no_grad():
                value = sum(float(self.validate(self.network, cases)) for cases in validation) / len(validation)
            now = time.monotonic()
            is_best = self.record.add_epoch(epoch, value, now - start, self._state())
            start = now
            print(f"epoch {epoch + 1}/{epochs}: loss {mean:.5f}, validation {value:.5f}{' *' if is_best else ''}", flush=True)

    def _epoch(self, training, epoch, epochs):
        generator = torch.Generator(self.arguments.device).manual_seed(1000 * self.seeds["training"] + epoch)
        self.network.train()
        chunk = len(training[0])
        steps = len(training) * chunk // BATCH
        order = torch.randperm(len(training), generator=torch.Generator().manual_seed(epoch)).tolist()
        total, done = 0.0, 0
        for index in order:
            cases = renewed(training[index][:], generator, self.simulator.kept)
            rows = torch.randperm(chunk, generator=generator, device=self.arguments.device)
            for batch in rows[: chunk // BATCH * BATCH].split(BATCH):
                progress = (epoch + done / steps) / epochs
                rate = self.arguments.rate * min(1.0, (epoch * steps + done + 1) / WARM_UP_STEPS)
                for group in self.optimizer.param_groups:
                    group["lr"] = rate * (0.5 * (1 + math.cos(math.pi * progress)) + 1e-3)
                total += self._step(cases[batch], progress)
                done += 1
        return total / done

    def _step(self, cases, progress):
        loss = self.loss(self.network, cases, progress)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def best(self):
        """@returns the best network, on the CPU in eval mode, and the record of its training"""
        state = torch.load(self.record.best_path, weights_only=True, map_location="cpu")
        last = torch.load(self.record.last_path, weights_only=True, map_location="cpu")
        self.network.to("cpu").load_state_dict(state["network"])
        record = json.loads(last["record"])
        record["hardware"] = hardware(self.arguments.device, self.arguments.threads)
        return self.network.eval(), record


def warm_start(network, path, device):
    """Takes the weights of a checkpoint; what belongs to a basis (buffers, `network.of_basis`) stays the network's own."""
    weights = torch.load(path, weights_only=True, map_location=device)["network"]
    taken = {name for name, _ in network.named_parameters()} - set(getattr(network, "of_basis", ()))
    network.load_state_dict({name: value for name, value in weights.items() if name in taken}, strict=False)
