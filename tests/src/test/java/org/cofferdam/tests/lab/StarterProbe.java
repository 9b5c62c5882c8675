package org.cofferdam.tests.lab;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.RequestChannel;

/**
 * In a monitor's place under the starter: asks it to connect to each path, in words made as a monitor that was broken into
 * could make them, and prints a line {@code ANSWER CONNECTED PATH} for each.
 */
final class StarterProbe {
    private static final int CHANNEL = 3;
    private static final int PATH_BYTES = 108;

    private StarterProbe() {}

    public static void main(String[] paths) {
        RequestChannel channel = new RequestChannel(CHANNEL);
        for (String path : paths) {
            print(path, channel.ask(words(path)));
        }
        print("(short)", channel.ask(Arrays.copyOf(words(paths[0]), 20)));
        print("(long)", channel.ask(Arrays.copyOf(words(paths[0]), 40)));
        int[] endless = new int[1 + PATH_BYTES / 4];
        Arrays.fill(endless, 0x2f2f2f2f);
        endless[0] = 'C';
        print("(endless)", channel.ask(endless));
        print("(last)", channel.ask(words(paths[0])));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static int[] words(String path) {
        ByteBuffer packet = ByteBuffer.allocate(4 + PATH_BYTES).order(ByteOrder.nativeOrder());
        packet.putInt('C').put(path.getBytes(StandardCharsets.UTF_8)).rewind();
        int[] words = new int[packet.capacity() / 4];
        packet.asIntBuffer().get(words);
        return words;
    }

    private static void print(String path, RequestChannel.Answer answer) {
        System.out.println(answer.result() + " " + answer.descriptor().isPresent() + " " + path);
        answer.descriptor().ifPresent(PassedDescriptor::close);
    }
}
