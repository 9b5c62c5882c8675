# The audit log and loggers of others that write what it writes, for the benchmarks. Bash; after bench.sh.

# What Chronicle Queue needs opened on Java 25, by its own documentation; the others need none of it.
logger_opens=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
for logger_open in java.lang java.lang.reflect java.io java.util java.nio sun.nio.ch jdk.internal.misc; do
    logger_opens+=(--add-opens "java.base/$logger_open=ALL-UNNAMED")
done
for logger_open in jdk.internal.ref sun.nio.ch jdk.internal.misc; do
    logger_opens+=(--add-exports "java.base/$logger_open=ALL-UNNAMED")
done

need_loggers() {
    loggers=$root/tests/loggers/target/lib
    [ -d "$loggers" ] || fail 3 "tests/loggers/target/lib is not built yet; run ops/test or mvn package once"
    [ -d "$root/tests/target/test-classes" ] || fail 3 "tests/target/test-classes is not built yet; run ops/test or mvn package once"
}

describe_loggers() {
    echo "loggers: $(cd "$loggers" && ls log4j-core-*.jar disruptor-*.jar chronicle-queue-*.jar | sed 's/\.jar$//' | paste -sd ' ')"
}

# ours KIND PACKETS DURABILITY [profile]: our log by itself on the last core; see AuditWriterLoad for what it prints.
ours() {
    mkdir -m 700 "$work/ours"
    taskset -c $(($(nproc) - 1)) "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m \
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djnr.ffi.x86asm.enabled=false \
        -cp "$root/tests/target/test-classes:$root/tests/target/bench/lib/*:$root/monitor/target/dist/lib/*" \
        org.cofferdam.tests.bench.AuditWriterLoad "$1" "$2" "$3" "$seconds" "$work/ours" ${4:+"$4"} 2>"$work/errors" ||
        fail 5 "the log's load ended badly: $(tail -3 "$work/errors")"
    rm -rf "$work/ours"
}

# other LOGGER ENTRY PACKETS: one of the others on the last core; see OtherLogs.java.
other() {
    mkdir "$work/other"
    taskset -c $(($(nproc) - 1)) "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m "${logger_opens[@]}" \
        -cp "$loggers/*" "$root/tests/bench/OtherLogs.java" "$1" "$2" "$3" "$seconds" "$work/other" 2>"$work/errors" ||
        fail 5 "$1 ended badly: $(tail -3 "$work/errors")"
    rm -rf "$work/other"
}

# compared TITLE PACKETS NANOS BYTES-PER-PACKET: one line, with what of a core the load of two gigabit lines would take,
# where each packet crosses twice.
compared() {
    awk -v title="$1" -v p="$2" -v c="$3" -v b="$4" -v ours="${our_nanos:-0}" 'BEGIN {
        ns = c / p
        printf "%-52s %12.2f %-8s %.2f bytes; %.2f cores for 2 x 1.488 M packets a second, in and out%s\n",
            title, ns, "ns", b, ns * 4 * 1.488e6 / 1e9, ours ? sprintf("; %.1f times ours", ns / ours) : "" }'
}

# compare_loggers PACKETS: processor time and bytes for a packet and crossing, in bursts of so many, all that the process
# spends; ours first.
compare_loggers() {
    local records packets bytes cpu process passed rest logger entry
    echo "for each packet and crossing, bursts of $1 packets, the whole process:"
    our_nanos=0
    ours alike "$1" kernel >"$work/said"
    read -r records packets bytes cpu process passed rest <"$work/said"
    compared "  the audit log: ring, chain, root, CRC, signatures" "$packets" "$process" "$(awk -v b="$bytes" -v p="$packets" 'BEGIN { print b / p }')"
    our_nanos=$(awk -v c="$process" -v p="$packets" 'BEGIN { print c / p }')
    for logger in jul log4j chronicle; do
        for entry in burst packet; do
            other $logger $entry "$1" >"$work/said"
            read -r packets process passed bytes <"$work/said"
            compared "  $logger, an entry for each $entry" "$packets" "$process" "$bytes"
        done
    done
}
