# Finds a JDK, for the scripts of this project: read by them, in sh as well as in bash.

# Sets jdk to $1 and jdk_version to its version, if that is a JDK and new enough.
try_jdk() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  jdk_major=
  while IFS='="' read -r key _ value _; do
    case $key in
      JAVA_VERSION) jdk_major=${value%%[!0-9]*} ;;
      JAVA_RUNTIME_VERSION) jdk_version=$value ;;
    esac
  done <"$1/release"
  [ "${jdk_major:-0}" -ge 25 ] && jdk=$1
}

# The same for that of the first java on the PATH.
try_path() {
  folders=${PATH:-}:
  while [ -n "$folders" ]; do
    java=${folders%%:*}/java
    folders=${folders#*:}
    if [ -f "$java" ] && [ -x "$java" ]; then
      java=$(readlink -f "$java" 2>/dev/null)
      try_jdk "${java%/bin/java}"
      return
    fi
  done
  return 1
}

# Sets jdk and jdk_version. Starts no process if JAVA_HOME is such a JDK: starting a program waits for this.
find_jdk() {
  jdk_version=unknown
  [ -n "${JAVA_HOME:-}" ] && try_jdk "$JAVA_HOME" && return
  try_path && return
  for place in /usr/lib/jvm/*25* "${HOME:-}"/.sdkman/candidates/java/25* "${HOME:-}"/.jdks/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    try_jdk "$place" && return
  done
  if [ -x /usr/libexec/java_home ]; then
    place=$(/usr/libexec/java_home -v 25+ 2>/dev/null) && try_jdk "$place" && return
  fi
  fail "needs JDK 25 or newer and finds none; install one, or set JAVA_HOME to where it is"
}
