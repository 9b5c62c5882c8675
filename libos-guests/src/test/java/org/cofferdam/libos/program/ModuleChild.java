package org.cofferdam.libos.program;

import java.nio.file.FileSystems;
import java.util.Arrays;
import java.util.Optional;

/** A child process that runs a module of its runtime: {@code ModuleChild MODULE ARGUMENTS…}. */
final class ModuleChild {
    private ModuleChild() {}

    public static void main(String[] arguments) throws Throwable {
        Program.load(
                        new ProgramSource.Module(arguments[0], Optional.empty()),
                        FileSystems.getDefault())
                .run(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
}
