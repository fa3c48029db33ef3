#!/usr/bin/env python3
"""Seconds of one fp32 inference of CRAFT in PyTorch, after one unmeasured one; weights are random, as they do not matter to the time.

    time_pytorch.py HEIGHT WIDTH THREADS

Part of compare_onnxruntime.sh.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv_norm(inputs, outputs, kernel=3):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.BatchNorm2d(outputs))


def stage(*layers):
    """Layers from a short notation: "R" a ReLU, "M" a 2x2 max-pool, (inputs, outputs) a convolution with its batch norm."""
    words = {"R": lambda: nn.ReLU(inplace=True), "M": lambda: nn.MaxPool2d(2)}
    return nn.Sequential(*(words[layer]() if isinstance(layer, str) else conv_norm(*layer) for layer in layers))


class Craft(nn.Module):
    def __init__(self):
        super().__init__()
        self.slices = nn.ModuleList([
            stage((3, 64), "R", (64, 64), "R", "M", (64, 128), "R", (128, 128)),
            stage("R", "M", (128, 256), "R", (256, 256)),
            stage("R", (256, 256), "R", "M", (256, 512), "R", (512, 512)),
            stage("R", (512, 512), "R", "M", (512, 512), "R", (512, 512)),
        ])
        self.dilated = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(512, 1024, 3, padding=6, dilation=6), nn.Conv2d(1024, 1024, 1))
        self.decoder = nn.ModuleList([
            stage((inputs, middle, 1), "R", (middle, outputs), "R")
            for inputs, middle, outputs in ((1536, 512, 256), (768, 256, 128), (384, 128, 64), (192, 64, 32))
        ])
        head = []
        for inputs, outputs, kernel in ((32, 32, 3), (32, 32, 3), (32, 16, 3), (16, 16, 1)):
            head += [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.ReLU(inplace=True)]
        self.head = nn.Sequential(*head, nn.Conv2d(16, 2, 1))

    def forward(self, x):
        skips = []
        for part in self.slices:
            x = part(x)
            skips.append(x)
        y = self.dilated(x)
        for block, skip in zip(self.decoder, reversed(skips)):
            if y.shape[2:] != skip.shape[2:]:
                y = F.interpolate(y, size=skip.shape[2:], mode="bilinear", align_corners=False)
            y = block(torch.cat([y, skip], dim=1))
        return self.head(y).permute(0, 2, 3, 1), y


def main():
    height, width, threads = map(int, sys.argv[1:4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model, image = Craft().eval(), torch.randn(1, 3, height, width)
    with torch.no_grad():
        model(image)
        start = time.perf_counter()
        model(image)
        print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
