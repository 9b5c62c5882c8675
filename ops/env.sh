# Shared by the scripts in ops/, which read it with `.`; it does nothing by itself. POSIX sh.
# Before: $0 is a script in ops/. After: $root is the project's folder, and the functions below are there.
# The scripts end with the same codes as the monitor: 0 well, 2 usage, 3 the machine lacks something, 5 it failed.

program=${0##*/}
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # ip, tc, bpftool and ethtool, also for who is not root

# fail CODE SENTENCE: says what is wrong and ends the script.
fail() {
    fail_code=$1
    shift
    printf '%s: %s\n' "$program" "$*" >&2
    exit "$fail_code"
}

# is_jdk25 FOLDER: whether a JDK 25 with its compiler lies there. Reads its release file; runs no Java.
is_jdk25() {
    [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null
}

# find_jdk25: sets and exports JAVA_HOME to a JDK 25: the one it names already, one below /usr/lib/jvm, or
# that of the javac on the PATH. Fails if there is none.
find_jdk25() {
    if [ -n "${JAVA_HOME:-}" ] && is_jdk25 "$JAVA_HOME"; then
        export JAVA_HOME
        return 0
    fi
    for jdk in /usr/lib/jvm/*25* "$(readlink -f "$(command -v javac || echo /none/bin/javac)" | sed 's|/bin/javac$||')"; do
        if is_jdk25 "$jdk"; then
            JAVA_HOME=$jdk
            export JAVA_HOME
            return 0
        fi
    done
    return 1
}

# need_jdk25: the same, or the script ends with 3.
need_jdk25() {
    find_jdk25 || fail 3 "there is no JDK 25 (looked at JAVA_HOME, /usr/lib/jvm and PATH). Install one from" \
        "Adoptium's apt repository (https://adoptium.net/installation/linux): apt-get install -y temurin-25-jdk"
}
