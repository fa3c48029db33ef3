"""PyTorch checkpoints as safetensors files: what craft_checkpoint.py and parseq_checkpoint.py share. Needs PyTorch, and nothing else."""
import argparse
import json
import os
import struct
import sys


def fail(message):
    print(f"{os.path.basename(sys.argv[0])}: {message}", file=sys.stderr)
    sys.exit(2)


def load(path):
    """Name -> fp32 tensor on the CPU, in the order of the file."""
    try:
        import torch
    except ImportError:
        fail("PyTorch is not installed for this Python; run this where `python3 -c 'import torch'` works and copy the result over")
    if not os.path.isfile(path):
        fail(f"{path}: there is no such file")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except TypeError:  # before 1.13 there is no weights_only
        state = torch.load(path, map_location="cpu")
    except Exception as error:  # pickle and zip errors have many types
        fail(f"{path}: is not a PyTorch checkpoint ({error})")
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        fail(f"{path}: holds no state dict of tensors")
    return {
        name.removeprefix("module.").removeprefix("model."): value.detach().to(torch.float32).contiguous()
        for name, value in state.items()
        if value.is_floating_point()
    }


def tensor_bytes(tensor):
    """Little-endian fp32 in row-major order; NumPy where PyTorch was built with it, else value by value."""
    try:
        return tensor.numpy().astype("<f4").tobytes()
    except RuntimeError:
        values = tensor.flatten().tolist()
        return struct.pack(f"<{len(values)}f", *values)


def write_safetensors(tensors, path):
    """8 bytes of header length, a JSON header, the data; under a temporary name first."""
    header, offset = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # data starts at a multiple of 8
    part = path + ".part"
    try:
        with open(part, "wb") as out:
            out.write(struct.pack("<Q", len(text)))
            out.write(text)
            for tensor in tensors.values():
                out.write(tensor_bytes(tensor))
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.remove(part)
        fail(f"{path}: cannot be written ({error.strerror})")


def main(description, example):
    """The command: CHECKPOINT OUTPUT."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help=f"PyTorch state dict, such as {example}")
    parser.add_argument("output", help="safetensors file to write")
    arguments = parser.parse_args()
    tensors = load(arguments.checkpoint)
    write_safetensors(tensors, arguments.output)
    values = sum(tensor.numel() for tensor in tensors.values())
    print(f"{arguments.output}: {len(tensors)} tensors, {values:,} values, fp32")

