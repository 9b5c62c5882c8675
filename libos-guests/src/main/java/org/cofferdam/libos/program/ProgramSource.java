package org.cofferdam.libos.program;

import java.util.Optional;

/** What is to be run, as the {@code java} command would be told. */
public sealed interface ProgramSource {
    /**
     * {@code -cp classPath mainClass}.
     *
     * @param classPath jars and folders, separated by {@code :}; {@code folder/*} means all jars in it, an empty part
     *     the working directory, and what does not exist is passed over, all as the JDK has it
     */
    record ClassPath(String classPath, String mainClass) implements ProgramSource {}

    /** {@code -jar jar}: main class and further class path are in its manifest. */
    record Jar(String jar) implements ProgramSource {}

    /**
     * {@code -m module/mainClass}, for modules of the runtime.
     *
     * @param mainClass where empty, the module's own
     */
    record Module(String module, Optional<String> mainClass) implements ProgramSource {}
}
