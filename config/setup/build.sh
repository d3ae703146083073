# Sourced: configures and builds in build/release.
#   build_release target...
build_release() {
  if [ ! -f "$root/build/release/build.ninja" ] || [ -n "${DELTAMILL_CONFIGURE:-}" ]; then
    cmake --preset release -S "$root" > "$root/build-configure.log" 2>&1 ||
      { cat "$root/build-configure.log" >&2; exit 1; }
    rm -f "$root/build-configure.log"
  fi
  ninja -C "$root/build/release" "$@"
}
