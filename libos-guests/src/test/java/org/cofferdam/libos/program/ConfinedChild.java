package org.cofferdam.libos.program;

import java.nio.channels.Selector;
import java.nio.file.Files;
import java.util.Optional;
import org.cofferdam.binding.privilege.CallFilter;
import org.cofferdam.libos.files.GuestFiles;
import org.cofferdam.libos.files.HostFiles;
import org.cofferdam.libos.javaio.JavaBasePatch;

/**
 * The child process of tests: reads the program, warms up, may put itself under a filter without files, and runs it.
 *
 * <pre>
 *  ConfinedChild LIST|- JAR ARGUMENTS…    with -Dcold=true it does not warm up
 * </pre>
 */
final class ConfinedChild {
    private ConfinedChild() {}

    public static void main(String[] arguments) throws Throwable {
        Program program = Program.load(new ProgramSource.Jar(arguments[1]), HostFiles.system());
        Optional<GuestFiles> files = GuestFiles.ofTheProcess();
        if (files.isPresent()) {
            files.get().show(program.files());
        }
        Selector.open()
                .close(); // the host's, which takes some files and limits when it is first used
        if (!Boolean.getBoolean("cold")) {
            System.out.println("missing " + WarmUp.run().missing());
            System.out.println("library classes " + LibraryClasses.load());
        }
        if (!arguments[0].equals("-")) {
            String list = Files.readString(HostFiles.system().getPath(arguments[0]));
            String modules = String.valueOf(RuntimeImage.descriptor().orElseThrow());
            CallFilter filter = CallFilter.parse(list.replace("MODULES", modules));
            boolean patched =
                    JavaBasePatch.activate(); // from here on the library's own files are gone, too
            assert patched == Boolean.getBoolean("patched");
            filter.install();
        }
        String[] rest = new String[arguments.length - 2];
        System.arraycopy(arguments, 2, rest, 0, rest.length);
        program.run(rest);
    }
}
