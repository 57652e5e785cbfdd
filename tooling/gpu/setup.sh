#!/usr/bin/env bash
# Two Vulkan drivers that compute on the processor, for the tests of the WebGPU backend on machines without a GPU:
# pnpm gpu:setup
#
# lavapipe out of Mesa (the faster one) and SwiftShader out of Chromium (the strictest limits, and what Chromium itself computes
# with), for Debian 12 and 13. Both lie in .gpu/ afterwards, each with the file icd.json that names it to the Vulkan loader.
# Of the system nothing changes but that libvulkan1 and mesa-vulkan-drivers are installed where they are missing, which takes root.
# Done again, it does nothing. To have it do all again, remove .gpu/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p .gpu
target=$PWD/.gpu
# What apt fetches stays in here, and so do its lists.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf 'gpu:setup: %s\n' "$@" >&2
  exit 1
}

# Dawn refuses the lavapipe of Mesa 22 for want of features; 25 is the first that was tried and works.
least_mesa=25

# A driver is of use only with all libraries that it asks for: after an upgrade of the system it may have to be made again.
is_ready() { [ -f "$target/$1/icd.json" ] && loads "$target/$1/$2"; }
loads() { [ -f "$1" ] && [ -z "$(missing_libraries "$1")" ]; }
missing_libraries() { ldd "$1" 2>/dev/null | grep 'not found' || true; }
has_loader() { [ -n "$(ldconfig -p | grep 'libvulkan\.so\.1')" ]; }

# keep NAME LIBRARY FILE VERSION: takes over a driver, with the description that the loader reads.
keep() {
  local name=$1 library=$2 file=$3 version=$4
  loads "$file" || fail "$name asks for libraries that are not here:" "$(missing_libraries "$file")" \
    'they come with the package mesa-vulkan-drivers: apt-get install --reinstall mesa-vulkan-drivers'
  rm -rf "$work/$name" && mkdir "$work/$name"
  cp "$file" "$work/$name/$library"
  printf '{ "file_format_version": "1.0.1", "ICD": { "library_path": "./%s", "api_version": "%s" } }\n' \
    "$library" "$version" >"$work/$name/icd.json"
  rm -rf "${target:?}/$name" && mv "$work/$name" "$target/$name"
}

installed_version() { dpkg-query --show --showformat='${db:Status-Status} ${Version}' "$1" 2>/dev/null | sed -n 's/^installed //p'; }
# The file of an installed package that ends so; nothing where there is none.
installed_file() { dpkg-query --listfiles "$1" 2>/dev/null | sed -n "\|/$2\$|{p;q}" || true; }
unpacked_file() { find "$1" -name "$2" -type f -print -quit; }

# Lists and archives in a folder of our own: nobody has to be root, and the system's lists stay as they are.
apt_here() {
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  apt-get -q -o Dir::State::lists="$work/lists" -o Dir::Cache::archives="$work/archives" -o Dir::Cache::pkgcache= \
    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@" </dev/null
}

# fetch PACKAGE [OPTION...]: downloads and unpacks a package into $work/PACKAGE.
fetch() {
  local package=$1
  shift
  mkdir -p "$work/download" "$work/$package"
  (
    cd "$work/download"
    rm -f ./*.deb
    apt_here "$@" update && apt_here "$@" download "$package" && dpkg-deb --extract ./*.deb "$work/$package"
  ) || fail "$package could not be fetched; apt-get has said why"
}

install_loader() {
  local missing=()
  for package in libvulkan1 mesa-vulkan-drivers; do
    [ -n "$(installed_version "$package")" ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  [ "$(id -u)" = 0 ] || fail "missing: ${missing[*]}. Installing takes root; then run this again:" \
    "  sudo apt-get install --no-install-recommends ${missing[*]}"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120)
  # Lists may be missing or too old to install from.
  "${install[@]}" "${missing[@]}" </dev/null || { apt-get update -q </dev/null && "${install[@]}" "${missing[@]}" </dev/null; } ||
    fail "${missing[*]} could not be installed; apt-get has said why"
}

bring_swiftshader() {
  local library=libvk_swiftshader.so file
  file=$(installed_file chromium-common "$library")
  if [ -z "$file" ]; then
    fetch chromium-common
    file=$(unpacked_file "$work/chromium-common" "$library")
  fi
  [ -n "$file" ] || fail "there is no $library in the package chromium-common"
  keep swiftshader "$library" "$file" 1.3.0
}

# The backports of this Debian, from the mirror that the machine uses already, as a list of sources for apt.
write_backports() {
  local codename mirror key
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  mirror=$(apt-get update --print-uris </dev/null | sed -n "s|^'\(.*\)/dists/$codename/InRelease'.*|\1|p" | sed -n 1p)
  key=$(dpkg-query --listfiles debian-archive-keyring | sed -n '\|/debian-archive-keyring\.[gp]*$|p' | sed -n 1p)
  [ -n "$codename" ] && [ -n "$mirror" ] && [ -n "$key" ] || fail "Mesa $least_mesa or newer is needed, this system has $1," \
    'and its backports were not found: this script knows Debian 12 and 13'
  echo "deb [signed-by=$key] $mirror $codename-backports main" >"$work/sources.list"
}

bring_lavapipe() {
  local library=libvulkan_lvp.so package=mesa-vulkan-drivers file version
  version=$(installed_version "$package")
  if dpkg --compare-versions "$version" ge "$least_mesa"; then
    file=$(installed_file "$package" "$library")
  else
    # Newer than the system's, but it runs with the libraries that came with the system's.
    write_backports "$version"
    fetch "$package" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=-
    file=$(unpacked_file "$work/$package" "$library")
  fi
  [ -n "$file" ] || fail "there is no $library in the package $package"
  keep lavapipe "$library" "$file" 1.4.0
}

if is_ready lavapipe libvulkan_lvp.so && is_ready swiftshader libvk_swiftshader.so && has_loader; then
  echo 'lavapipe and SwiftShader are ready in .gpu/'
  exit
fi
for program in apt-get dpkg-deb dpkg-query; do
  command -v "$program" >/dev/null || fail "there is no $program: this script knows Debian 12 and 13." \
    'Where there is a GPU with a driver it is not needed: pnpm test finds the GPU by itself.'
done
install_loader
is_ready swiftshader libvk_swiftshader.so || bring_swiftshader
is_ready lavapipe libvulkan_lvp.so || bring_lavapipe
echo 'lavapipe and SwiftShader are now in .gpu/'
