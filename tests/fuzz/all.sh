#!/bin/bash
# Lets Jazzer look for inputs that break something: each method with @FuzzTest, one after the other, each in a JVM of
# its own. The build must have compiled the tests of the modules that have some.
#
#   tests/fuzz/all.sh [--seconds N] [TARGET...]
#
#   --seconds N   how long each target is fuzzed; 10 by itself, ops/test --soak uses 300
#   TARGET        names of classes without package and FuzzTest, for instance Decoder; all by itself
#
# What is found to reach new code is kept in $XDG_CACHE_HOME/cofferdam/fuzz (~/.cache/cofferdam/fuzz), a folder for each
# target, and is where the next run starts, together with the seeds among its module's test resources.
# Ends with 0, or with 1 if an input broke something; then it says where the input lies and what to do with it.
set -eu
. "$(dirname "$(readlink -f "$0")")/../../ops/env.sh"
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd) # env.sh looks one folder up
seconds=10
while [ $# -gt 0 ]; do
    case $1 in
    --seconds)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail 2 "--seconds needs a number"
        seconds=$2
        shift
        ;;
    -*)
        sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
        exit 2
        ;;
    *) break ;;
    esac
    shift
done
need_jdk25
modules=(audit-log proxy libos-guests)
kept=${XDG_CACHE_HOME:-$HOME/.cache}/cofferdam/fuzz

# fuzz MODULE CLASS METHOD: fuzzes one method. Fails if an input broke it.
fuzz() {
    local module=$root/$1 class=$2 method=$3 name=${2##*.} own seeds classpath
    classpath=$module/target/test-classes:$module/target/classes:$(cat "$module/target/fuzz.classpath")
    own=$kept/$name
    seeds=$module/src/test/resources/${class//.//}Inputs/$method
    mkdir -p "$own/corpus" "$own/findings"
    printf '== %s.%s for %s s\n' "$name" "$method" "$seconds"
    local corpus=("$own/corpus")
    [ ! -d "$seeds" ] || corpus+=("$seeds")
    # In the target's own folder, since Jazzer writes a reproducer into the current one.
    if (cd "$own" && "$JAVA_HOME/bin/java" -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -Djnr.ffi.x86asm.enabled=false -XX:+UseSerialGC -Xmx1g -Xshare:off \
        -cp "$classpath" com.code_intelligence.jazzer.Jazzer --target_class="$class" --target_method="$method" \
        --max_duration="${seconds}s" --instrumentation_includes='org.cofferdam.**' \
        --custom_hook_excludes='**' --reproducer_path="$own/findings" \
        -artifact_prefix="$own/findings/" -timeout=10 -print_final_stats=1 "${corpus[@]}") >"$own/log" 2>&1; then
        grep -E '^stat::number_of_executed_units|cov: ' "$own/log" | tail -n 2
        return 0
    fi
    tail -n 60 "$own/log"
    printf '\n%s.%s: an input broke it; %s/log has it all. To keep the finding as a test:\n' "$name" "$method" "$own"
    printf '  mkdir -p %s\n' "$seeds"
    printf '  cp %s/findings/crash-... %s/what-went-wrong\n' "$own" "$seeds"
    printf 'and mvn test runs it; then write the case as a test with a name, beside %s.\n' "$name"
    return 1
}

status=0
wanted=("$@")
for module in "${modules[@]}"; do
    [ -s "$root/$module/target/fuzz.classpath" ] || fail 3 "$module's tests are not compiled; mvn test-compile does it"
    while IFS= read -r file; do
        name=$(basename "$file" FuzzTest.java)
        if [ ${#wanted[@]} -gt 0 ] && ! [[ " ${wanted[*]} " == *" $name "* ]]; then
            continue
        fi
        class=${file#"$root/$module/src/test/java/"}
        class=${class%.java}
        method=$(awk '/@FuzzTest/ { seen = 1; next } seen { match($0, /[A-Za-z0-9_]+\(/); print substr($0, RSTART, RLENGTH - 1); exit }' "$file")
        fuzz "$module" "${class//\//.}" "$method" || status=1
    done < <(grep -rl '@FuzzTest' "$root/$module/src/test/java" | sort)
done
exit $status
