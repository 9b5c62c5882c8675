#!/bin/bash
# The modules' own tests of what needs /dev/kvm, on the lab's: where the machine outside has none they are skipped there.
# What they need is in /share/modules: RunSuite of tests/suites, the libraries in lib, a folder of test classes for each.
. /share/lib.sh
prepare
folder=/share/modules

# passes MODULE PACKAGE: all of its tests, but for those that say why they cannot run here.
passes() {
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$folder:$folder/$1:$folder/lib/*" RunSuite \
        "$out/$1.tsv" "$out/$1.traces" "$2" '.*Test' >"$out/$1.said" 2>&1 || {
        tail -n 20 "$out/$1.said"
        return 1
    }
    grep '^fail' "$out/$1.tsv" && head -n 40 "$out/$1.traces"
    awk -F'\t' '{ n[$1]++ } END { exit n["fail"] > 0 || n["pass"] < n["skip"] }' "$out/$1.tsv"
}

for module in kvm-binding:org.cofferdam.binding.kvm driver-vm:org.cofferdam.drivervm; do
    promise "the tests of ${module%:*}" passes "${module%:*}" "${module#*:}"
    awk -F'\t' '$1 == "skip" { print "        skipped: " $2 ": " $4 } $1 == "pass" { n++ } END { print "        " n + 0 " passed" }' \
        "$out/${module%:*}.tsv"
done
finish
