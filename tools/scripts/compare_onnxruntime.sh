#!/usr/bin/env bash
# Times full runs of inf-sim (values and cycles) against onnxruntime's fp32 inference of the same ONNX file on this processor and,
# where Python has it, PyTorch's; same number of threads, taking turns, median of several rounds.
#
#   tools/scripts/compare_onnxruntime.sh --modules DIR [--inf-sim build/release/inf-sim] [--size 768x768] [--threads 2] [--rounds 5]
#
# DIR is any folder: onnxruntime-node goes there through npm the first time. Needs Node.js and, that once, the npm registry.
# Exit code 0: measured. 2: wrong usage, or a program is missing.
set -euo pipefail

VERSION=1.17.0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
modules='' inf_sim='build/release/inf-sim' size='768x768' threads=2 rounds=5

fail() { echo "compare_onnxruntime.sh: $*" >&2; exit 2; }
usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --modules | --inf-sim | --size | --threads | --rounds)
      [ $# -ge 2 ] || fail "$1 needs a value"
      case $1 in
        --modules) modules=$2 ;;
        --inf-sim) inf_sim=$2 ;;
        --size) size=$2 ;;
        --threads) threads=$2 ;;
        --rounds) rounds=$2 ;;
      esac
      shift 2 ;;
    *) fail "unknown argument '$1'; --help lists them" ;;
  esac
done

[ -n "$modules" ] || fail "--modules DIR is missing: a folder for onnxruntime-node"
[[ $size =~ ^[0-9]+x[0-9]+$ ]] || fail "--size '$size' is not HEIGHTxWIDTH, such as 768x768"
[[ $threads =~ ^[1-9][0-9]*$ ]] || fail "--threads '$threads' is not a positive number"
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "--rounds '$rounds' is not a positive number"
command -v node > /dev/null || fail "node is not installed"
command -v "$inf_sim" > /dev/null || fail "'$inf_sim' is no program; build inf-sim first, or name it with --inf-sim"

if [ ! -d "$modules/node_modules/onnxruntime-node" ]; then
  command -v npm > /dev/null || fail "npm is not installed, and $modules holds no onnxruntime-node"
  mkdir -p "$modules"
  # --ignore-scripts: the package's own script would fetch CUDA libraries; the processor's library is inside.
  npm install --ignore-scripts --no-audit --no-fund --prefix "$modules" "onnxruntime-node@$VERSION" >&2
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$inf_sim" build craft --height "${size%x*}" --width "${size#*x}" --weights random:1 -o "$scratch/craft.onnx" >&2
cat > "$scratch/craft.yaml" << YAML
model:
  onnx: craft.onnx
inputs:
  - random: 1
YAML
node "$here/compare_onnxruntime.js" "$modules" "$inf_sim" "$scratch" "$size" "$threads" "$rounds" "$here/time_pytorch.py"
