# Sourced: configures and builds in build/release.
#   build_release target...
build_release() {
  local record="$root/build/configure.log"
  mkdir -p "$root/build"
  cmake --preset release -S "$root" > "$record" 2>&1 || { cat "$record" >&2; exit 1; }
  ninja -C "$root/build/release" "$@"
}
