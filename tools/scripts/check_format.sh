#!/bin/bash
# Fails when clang-format would change a C++ file; --fix changes them.
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=(--dry-run --Werror)
if [ "${1:-}" = --fix ]; then mode=(-i); fi
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.h' | xargs -0 clang-format "${mode[@]}"
echo "every C++ file is laid out as .clang-format says"
