#!/bin/bash
# JUnit tests of what needs /dev/kvm, on the lab's: where the machine outside has none they are skipped there.
#   suites.sh MODULE:PACKAGE[:CLASSES]...   CLASSES is a pattern for names, else all
# /share/checkout holds what they look for in a checkout, as built; RunSuite of tests/suites runs them.
. /share/lib.sh
prepare
cp -r /share/checkout /opt/
cd /opt/checkout || exit
# The start-up caches are good for the jars that the lab installed.
ln -s /opt/cofferdam/lib lib
# The same option (ops/lab/README.md says what else may happen) without this variable: the launcher says that it reads it, and
# some of the tests compare all that a command says.
unset JDK_JAVA_OPTIONS
mkdir -p jre/bin
cp "$JAVA_HOME/release" jre/
printf '#!/bin/sh\nexec "%s/bin/java" -XX:TieredStopAtLevel=1 "$@"\n' "$JAVA_HOME" >jre/bin/java
chmod 755 jre/bin/java
export JAVA_HOME=/opt/checkout/jre

# passes MODULE PACKAGE CLASSES: all of its tests, but for those that say why they cannot run here.
passes() {
    (
        cd "$1" || exit
        "$JAVA_HOME/bin/java" -Dcofferdam.patience=6 --enable-native-access=ALL-UNNAMED \
            -cp "target/test-classes:/opt/checkout/suite:/opt/checkout/jars/*" RunSuite \
            "$out/${1##*/}.tsv" "$out/${1##*/}.traces" "$2" "$3" >"$out/${1##*/}.said" 2>&1
    ) || {
        tail -n 20 "$out/${1##*/}.said"
        return 1
    }
    grep '^fail' "$out/${1##*/}.tsv" && head -n 40 "$out/${1##*/}.traces"
    awk -F'\t' '{ n[$1]++ } END { exit n["fail"] > 0 || n["pass"] < n["skip"] }' "$out/${1##*/}.tsv"
}

for suite in "$@"; do
    IFS=: read -r module package classes <<<"$suite"
    promise "the tests of $module" passes "$module" "$package" "${classes:-.*Test}"
    awk -F'\t' '$1 == "skip" { print "        skipped: " $2 ": " $4 } $1 == "pass" { n++ } END { print "        " n + 0 " passed" }' \
        "$out/${module##*/}.tsv"
done
finish
