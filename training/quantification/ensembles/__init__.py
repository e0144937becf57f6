"""Networks after Rizzo 2022: ShallowNet-2D2c, ResNet-1D, U-Net, and the hybrid ensemble stacked of them."""
