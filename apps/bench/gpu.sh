#!/usr/bin/env bash
# Measures WebGPU on the GPU of this machine, a Linux machine with Node, in eight minutes at most, and writes gpu-report.json and
# gpu-report.txt:
#
#     bash apps/bench/gpu.sh                              # on the GPU
#     bash apps/bench/gpu.sh --quick --driver lavapipe    # small sizes on a software driver (pnpm gpu:setup): shows that all runs
#     bash apps/bench/gpu.sh --help                       # all options
#
# Installs what is missing where it can: the packages of the workspace, the Vulkan loader (as root, with apt-get), and the
# libraries to compare with. Where that fails it goes on with what is there, and names in the report what it had to leave out.
set -euo pipefail
start=$SECONDS
total=480
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'gpu.sh: %s\n' "$*" >&2; }

# bounded SECONDS COMMAND...: ends what takes longer; complains instead of failing.
bounded() {
  timeout --kill-after=5 "$@" </dev/null >"$work/log" 2>&1 || {
    say "this did not work: ${*:2}"
    tail -n 3 "$work/log" >&2
  }
}

has_library() { [ -n "$(ldconfig -p 2>/dev/null | grep -F "$1" || true)" ]; }

install_loader() {
  has_library libvulkan.so.1 && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say 'there is no libvulkan.so.1, and only root can install it: sudo apt-get install libvulkan1 libegl1'
    return
  fi
  say 'installing the Vulkan loader'
  bounded 40 apt-get update -q
  bounded 40 env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends libvulkan1 libegl1
}

finds_adapter() { node tooling/gpu/adapter.js 2>/dev/null | grep -qv unavailable; }

# Containers often have NVIDIA's driver without the file that names it to the loader, or have it elsewhere.
find_nvidia_driver() {
  command -v nvidia-smi >/dev/null && [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] || return 0
  finds_adapter && return
  local file library
  for library in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    printf '{ "file_format_version": "1.0.1", "ICD": { "library_path": "%s", "api_version": "1.3.0" } }\n' \
      "$library" >"$work/$library.json"
  done
  for file in $(find /usr/local/nvidia /usr/share/vulkan /etc/vulkan -name 'nvidia_icd*.json' 2>/dev/null) "$work"/*.json; do
    export VK_DRIVER_FILES=$file VK_ICD_FILENAMES=$file
    if finds_adapter; then
      say "NVIDIA's driver is found by $file"
      return
    fi
  done
  unset VK_DRIVER_FILES VK_ICD_FILENAMES
  say "NVIDIA's card is here, but Vulkan does not find it; containers need NVIDIA_DRIVER_CAPABILITIES=all"
}

say 'installing the packages of the workspace'
bounded 120 npx --yes pnpm install --frozen-lockfile
install_loader
find_nvidia_driver
left=$((total - (SECONDS - start)))
# It bounds its own time; this is for drivers that hang.
timeout --foreground --kill-after=5 "$left" node apps/bench/gpu.js --seconds $((left - 10)) "$@"
