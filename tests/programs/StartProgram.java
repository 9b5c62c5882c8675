import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import org.cofferdam.libos.jdk.GuestSockets;

/**
 * Does what a guest's start-up does before a program's main: installs the sockets. Arguments: the program's main class and
 * its arguments.
 */
public final class StartProgram {
    private StartProgram() {}

    public static void main(String[] args) throws Throwable {
        GuestSockets.install();
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
