"""Training: amounts first, then their spread with all else frozen. A checkpoint after every epoch, to go on from."""

import time
from dataclasses import dataclass

import torch
from torch.nn.utils import clip_grad_norm_

from training.quantification.cnn.mixtures import drawn_set
from training.training_record import TrainingRecord

EPOCH_CASES = 16384
VALIDATION_CASES = 2048
# Epoch n of a seed has a stream of its own, so a resumed training sees what an uninterrupted one would.
SEED_STRIDE = 100_003
STATISTICS_CASES = 24576
SPREAD_PASSES, SPREAD_BATCH = 24, 512
MIXTURE_BATCHES, MIXTURE_BATCH = 64, 256
ERROR_MEMORY = 0.98


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    error: str = "squared"  # or "absolute"
    water_share: float = 1.0
    estimate_snr: tuple = ()  # ranges of SNR at which the body's linear estimates are fitted
    spectra_weight: float = 0.0  # of the loss on the metabolites' spectra, for networks that give them


def error_of(recipe, residual):
    return residual.abs() if recipe.error == "absolute" else residual.square()


class Trainer:
    """One network, one stream of mixtures."""

    def __init__(self, network, mixtures, draw_snr, recipe, seeds, device, work, name):
        """draw_snr(count, generator) → [count]; seeds: "training", "validation"; work: folder of the checkpoints."""
        self.network, self.mixtures, self.draw_snr, self.recipe = network.to(device), mixtures, draw_snr, recipe
        self.seeds, self.device = seeds, device
        self.checkpoints = TrainingRecord(work, name)
        low, high = mixtures.amounts.bounds.T
        self.range = (high - low).to(device)
        self.usual = torch.ones(mixtures.amounts.free, device=device)

    @property
    def record(self):
        """Epochs, minutes and losses, for the card."""
        return self.checkpoints.values

    def draw(self, count, generator):
        """A batch on the device."""
        components = self.recipe.spectra_weight > 0
        batch = self.mixtures.draw(count, generator, self.draw_snr(count, generator), self.recipe.water_share, components)
        return self._moved(batch)

    def _moved(self, batch):
        batch.inputs, batch.scale, batch.amounts = (v.to(self.device) for v in (batch.inputs, batch.scale, batch.amounts))
        return batch

    def residual(self, batch, standardised):
        """Estimate minus truth over each amount's range [B, free]."""
        return (self.network.relative(standardised) * batch.scale[:, None] - batch.amounts) / self.range

    def loss(self, batch):
        """Every metabolite counts alike: its error over its usual one."""
        body, extra = self.network.body, 0.0
        if self.recipe.spectra_weight > 0:
            spectra, deepest = body.spectra(batch.inputs)
            standardised, _ = body.integrate(spectra, deepest, body.start(batch.inputs))
            wrong = (spectra - batch.components.to(self.device)).square() / self.component_power[:, None]
            extra = wrong.mean() * self.recipe.spectra_weight
        else:
            standardised, _ = body(batch.inputs)
        errors = error_of(self.recipe, self.residual(batch, standardised)).mean(0)
        self.usual.lerp_(errors.detach(), 1 - ERROR_MEMORY)
        return (errors / self.usual).mean() + extra

    def start(self, checkpoint=None):
        """Fresh weights, or those of another training; standardisation of the amounts is part of them."""
        network = self.network
        generator = torch.Generator().manual_seed(self.seeds["training"])
        sample = self.draw(2048, generator)
        if checkpoint is None:
            mean, deviation = sample.standardised()
            network.mean.copy_(mean)
            network.deviation.copy_(deviation)
        else:
            self._take_over(checkpoint)
        if hasattr(network.body, "mix") and checkpoint is None:
            network.body.mix(self._with_truth(generator) for _ in range(MIXTURE_BATCHES))
        if hasattr(network.body, "start"):
            network.body.start.fit(lambda estimate, count: self._at_snr_of(estimate, count, generator), network.mean, network.deviation)
        if self.recipe.spectra_weight > 0:
            self._start_spectra(sample, fresh=checkpoint is None)
        with torch.no_grad():
            standardised, _ = network.body(sample.inputs)
            self.usual.copy_(error_of(self.recipe, self.residual(sample, standardised)).mean(0))

    def _take_over(self, checkpoint):
        """Weights of another training, but for an ensemble's members: it has its own."""
        weights = torch.load(checkpoint, weights_only=True)["network"]
        own = {key: v for key, v in self.network.state_dict().items() if key.startswith("body.members.")}
        self.network.load_state_dict({**weights, **own})

    def _with_truth(self, generator):
        """Input and standardised amounts of a batch."""
        batch = self.draw(MIXTURE_BATCH, generator)
        return batch.inputs, (batch.amounts / batch.scale[:, None] - self.network.mean) / self.network.deviation

    def _at_snr_of(self, estimate, count, generator):
        """A batch at the SNR of one of the linear estimates."""
        low, high = self.recipe.estimate_snr[estimate]
        snr = low + (high - low) * torch.rand(count, generator=generator)
        return self._moved(self.mixtures.draw(count, generator, snr, self.recipe.water_share))

    def _start_spectra(self, sample, fresh):
        self.component_power = sample.components.to(self.device).square().mean(2).mean(0)
        if fresh:
            patterns = self.mixtures.tables.real.mean(1).to(self.device) / sample.scale.mean()
            level = self.component_power.sqrt()
            self.network.body.set_patterns(patterns, level, self.network.mean, self.network.deviation)

    @torch.no_grad()
    def validation_loss(self, sets):
        """Mean logarithm of the metabolites' errors over the validation sets."""
        total = 0.0
        for held in sets:
            standardised = torch.cat([self.network.body(x.to(self.device))[0] for x in held.inputs.split(512)])
            residual = (self.network.relative(standardised).cpu() * held.scale[:, None] - held.amounts) / self.range.cpu()
            total += error_of(self.recipe, residual).mean(0).log().mean().item()
        return total / len(sets)

    def fit(self, epochs, validation_sets, resume=False, checkpoint=None):
        """Cosine rate over all epochs; keeps the best by validation loss and loads it at the end."""
        trainable, recipe = [p for p in self.network.body.parameters() if p.requires_grad], self.recipe
        optimiser = torch.optim.AdamW(trainable, recipe.learning_rate, weight_decay=recipe.weight_decay)
        steps = EPOCH_CASES // recipe.batch
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, recipe.learning_rate, total_steps=epochs * steps, pct_start=0.04, div_factor=10, final_div_factor=200
        )
        self.start(checkpoint)
        if resume and self.checkpoints.last_path.exists():
            self._resume(optimiser, schedule)
        for epoch in range(self.record["epochs"], epochs):
            begun = time.time()
            generator = torch.Generator().manual_seed(self.seeds["training"] + SEED_STRIDE * (epoch + 1))
            self.network.train()
            for _ in range(steps):
                loss = self.loss(self.draw(recipe.batch, generator))
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                clip_grad_norm_(trainable, 5.0)
                optimiser.step()
                schedule.step()
            self.network.eval()
            held = self.validation_loss(validation_sets)
            self.checkpoints.add_epoch(epoch, held, time.time() - begun, self._state(optimiser, schedule))
            print(f"epoch {epoch + 1}/{epochs} validation {held:.4f} {self.record['minutes']:.1f} min", flush=True)
        self.load_best()

    def _state(self, optimiser, schedule):
        return {
            "network": self.network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "usual": self.usual,
        }

    def _resume(self, optimiser, schedule):
        last = self.checkpoints.resumed()
        self.network.load_state_dict(last["network"])
        optimiser.load_state_dict(last["optimiser"])
        schedule.load_state_dict(last["schedule"])
        self.usual.copy_(last["usual"])

    def load_best(self):
        self.network.load_state_dict(self.checkpoints.resumed(best=True)["network"])
        self.network.eval()

    @torch.no_grad()
    def _statistics(self):
        """Features, standardised amounts, and errors of amplitudes and sums over the scale, of cases of the training stream."""
        network, columns = self.network, ([], [], [])
        generator = torch.Generator().manual_seed(self.seeds["training"] + SEED_STRIDE - 1)
        for _ in range(STATISTICS_CASES // 512):
            batch = self.draw(512, generator)
            standardised, features = network.body(batch.inputs)
            wrong = (network.relative(standardised) - batch.amounts / batch.scale[:, None]) @ network.expansion
            error = torch.cat([wrong, wrong[:, : network.summation.shape[0]] @ network.summation], 1)
            for column, values in zip(columns, (features, standardised, error)):
                column.append(values)
        return (torch.cat(column) for column in columns)

    def fit_spread(self):
        """Whitening, and the spread by the Gaussian likelihood of the errors."""
        network = self.network
        features, standardised, error = self._statistics()
        network.whiten(features)
        with torch.no_grad():
            network.usual_error.copy_(error.square().mean(0).sqrt())
        optimiser = torch.optim.Adam(network.spread.parameters(), 2e-3)
        steps = SPREAD_PASSES * (len(features) // SPREAD_BATCH)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        generator = torch.Generator().manual_seed(self.seeds["training"])
        for _ in range(steps):
            rows = torch.randint(len(features), (SPREAD_BATCH,), generator=generator)
            spread = network.spread_of(standardised[rows], features[rows])
            loss = (spread.log() - network.usual_error.log() + 0.5 * (error[rows] / spread).square()).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        self.checkpoints.finish_best({"network": network.state_dict()})


def validation_sets(simulators, seed, waterless=()):
    """One set of each simulator; of those in `waterless` another without the water reference."""
    sets = [drawn_set(s, VALIDATION_CASES, seed) for s in simulators]
    return [*sets, *(drawn_set(s, VALIDATION_CASES, seed, without_water=True) for s in waterless)]
