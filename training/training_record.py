"""What trainings by epochs share: the record that goes into the card, kept with every checkpoint; the rate; the hardware in words."""

import json
import math
import platform

import torch


class TrainingRecord:
    """Epochs, minutes and losses of one training, and its two files: the last state of it, and that of the least loss."""

    def __init__(self, folder, name):
        folder.mkdir(parents=True, exist_ok=True)
        self.best_path, self.last_path = folder / f"{name}-best.pt", folder / f"{name}-last.pt"
        self.values = {"epochs": 0, "bestEpoch": 0, "bestLoss": float("inf"), "minutes": 0.0, "history": []}

    def add_epoch(self, epoch, loss, seconds, state, digits=5):
        """
        Notes an epoch that is over (counted from 0) and writes the checkpoints.
        state: what a training goes on from, by name; digits: of the losses in the history
        @returns whether its loss is the least
        """
        is_best = loss < self.values["bestLoss"]
        if is_best:
            self.values.update(bestLoss=loss, bestEpoch=epoch + 1)
        self.values["epochs"] = epoch + 1
        self.values["minutes"] += seconds / 60
        self.values["history"].append(round(loss, digits))
        whole = {**state, "record": json.dumps(self.values)}
        torch.save(whole, self.last_path)
        if is_best:
            torch.save(whole, self.best_path)
        return is_best

    def resumed(self, device=None, best=False):
        """Takes up the values of the last checkpoint, or of the best. @returns its state; on `device`, or where it was"""
        state = torch.load(self.best_path if best else self.last_path, weights_only=True, map_location=device)
        self.values = json.loads(state["record"])
        return state

    def finish_best(self, state):
        """Replaces the state of the best checkpoint, the record staying the one at hand."""
        torch.save({**state, "record": json.dumps(self.values)}, self.best_path)


def rate_at(step, steps, peak, warm_up_steps):
    """Warm-up, then half a cosine."""
    return peak * min(1.0, (step + 1) / warm_up_steps) * (0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-3)


def hardware(device, threads=1):
    """In words, for the card."""
    if str(device).startswith("cuda"):
        return torch.cuda.get_device_name()
    return f"{platform.machine()} CPU, {threads} thread{'s' if threads > 1 else ''}"
