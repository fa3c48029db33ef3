#!/usr/bin/env python3
"""Turns the public CRAFT checkpoint (a PyTorch state dict such as craft_mlt_25k.pth) into a safetensors file for inf-sim.

    tools/scripts/craft_checkpoint.py craft_mlt_25k.pth craft.safetensors
    inf-sim build craft --height 768 --width 768 --weights craft.safetensors -o craft.onnx

Needs PyTorch, and nothing else. A `module.` prefix is taken off; integer counters are left out; floats are written as fp32.
Exit code 0: written. 2: PyTorch or the checkpoint is missing, or it is not a state dict of tensors.
"""
import checkpoint

if __name__ == "__main__":
    checkpoint.main(__doc__, "craft_mlt_25k.pth")
