#!/bin/bash
# Installs the packages, builds with and without sanitizers (warnings are errors), runs all tests, checks the layout of every C++ file.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/scripts/install_packages.sh

launcher=()
if command -v ccache > /dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
# Files of a target are joined, which halves the time of a build from nothing.
configure() { cmake --preset "$1" -DINF_WERROR=ON -DCMAKE_UNITY_BUILD=ON "${launcher[@]}" > /dev/null; }

tools/scripts/check_format.sh

configure release
cmake --build build/release
# The sanitizer build runs every test but those that simulate large models or start a cluster; a report of a sanitizer fails its test.
configure asan
cmake --build build/asan
ctest --test-dir build/asan --label-exclude "large|slurm" --output-on-failure -j "$(nproc)"
ctest --test-dir build/release --output-on-failure -j "$(nproc)"
