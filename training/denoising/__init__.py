"""ReLSTM and its plain LSTM ablation: simulate, train, export."""
