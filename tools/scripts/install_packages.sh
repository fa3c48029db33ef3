#!/bin/bash
# Installs what inf-sim builds and tests with, on Debian 12. As root, or through sudo.
#   install_packages.sh [--comparison]   --comparison: also Node.js and npm, for timing against onnxruntime
set -euo pipefail

packages=(
  git ca-certificates
  # build
  g++ cmake ninja-build pkg-config ccache clang-format python3
  # libraries
  libfmt-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev libzstd-dev libxxhash-dev
  libprotobuf-dev protobuf-compiler libonnx-dev libdnnl-dev libopencv-dev
  libsqlitecpp-dev libsqlite3-dev libmuparser-dev libpagmo-dev
  libsystemc-dev
  # chart library of HTML pages
  libjs-chart.js
  # tests
  doctest-dev libbenchmark-dev libmpfr-dev chromium slurm-wlm munge
)
for argument in "$@"; do
  case "$argument" in
    --comparison) packages+=(nodejs npm) ;;
    *) echo "install_packages.sh: unknown argument '$argument'; --comparison is the only one" >&2; exit 2 ;;
  esac
done

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  if [ "$status" != installed ]; then missing+=("$package"); fi
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "all packages are installed"
  exit 0
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
