package org.cofferdam.tests.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

/** A test in which a driver domain runs: skipped, with the reason, on a machine that has no KVM. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "org.cofferdam.tests.lab.NeedsKvm$Machine#hasKvm",
        disabledReason = "a driver domain needs /dev/kvm, which is not on this machine")
public @interface NeedsKvm {
    /** This machine. */
    final class Machine {
        private Machine() {}

        /** Whether domains can run here. A device that is there and does not work is a failure, not a reason to skip. */
        static boolean hasKvm() {
            return Files.exists(Path.of("/dev/kvm"));
        }
    }
}
