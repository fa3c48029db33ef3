#!/usr/bin/env python3
"""Turns a public PARSeq checkpoint (a PyTorch state dict of PARSeq-S or PARSeq-tiny, or a training checkpoint that holds one) into a
safetensors file for inf-sim.

    tools/scripts/parseq_checkpoint.py parseq_small.pt parseq.safetensors
    inf-sim build parseq --variant S --characters 25 --mode ar --weights parseq.safetensors -o parseq.onnx

Needs PyTorch, and nothing else. A `model.` or `module.` prefix is taken off; floats are written as fp32. `--characters` must be the
checkpoint's longest label (25 for the public ones): pos_queries has one row more.
Exit code 0: written. 2: PyTorch or the checkpoint is missing, or it is not a state dict of tensors.
"""
import checkpoint

if __name__ == "__main__":
    checkpoint.main(__doc__, "parseq_small.pt")
