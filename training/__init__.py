"""Training of the networks in resources/models: simulate, train, export, evaluate, card."""
