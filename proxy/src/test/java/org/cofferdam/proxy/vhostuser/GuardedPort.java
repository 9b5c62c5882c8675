package org.cofferdam.proxy.vhostuser;

import static org.cofferdam.proxy.vhostuser.GuestPlace.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A port for a front end that does what it must not, and a neighbour that is attached all the while. After each test the
 * port takes the next that comes, and the neighbour is served.
 */
abstract class GuardedPort {
    static final int PORT = 5;
    static final int NEIGHBOUR = 6;
    static final byte[] NOTHING = new byte[0];

    @SuppressWarnings("NullAway.Init") // before every test
    GuestPlace place;

    @SuppressWarnings("NullAway.Init")
    FrontEnd neighbour;

    /** Something that a front end must not do, and what it is refused for. */
    record Offence(String name, ProtocolFault fault, Consumer<FrontEnd> deed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Offence offence(String name, ProtocolFault fault, Consumer<FrontEnd> deed) {
        return new Offence(name, fault, deed);
    }

    @BeforeEach
    void aNeighbourIsAttached() {
        place = new GuestPlace().withGuests(PORT, NEIGHBOUR).start();
        neighbour = new FrontEnd(place.socket(NEIGHBOUR)).attaches();
    }

    @AfterEach
    void thePortTakesTheNextAndTheNeighbourIsServed() {
        try (GuestPlace all = place;
                FrontEnd other = neighbour;
                FrontEnd next = new FrontEnd(all.socket(PORT)).attaches()) {
            TestFrame frame =
                    TestFrame.udp4()
                            .from(GuestPlace.mac(PORT))
                            .to(GuestPlace.mac(NEIGHBOUR).value());
            next.transmits(frame);
            await(
                    "a frame at the neighbour",
                    () -> other.received().length == NetHeader.BYTES + frame.length());
            assertTrue(all.thread().isAlive());
        }
    }

    final void refused(FrontEnd peer, ProtocolFault fault) {
        peer.awaitEnd();
        await(fault + " in the log", () -> place.recorder().has(PORT + " refused " + fault + " "));
        await("nothing to be left", () -> place.recorder().has(PORT + " left"));
        assertEquals(0, place.running(0));
    }

    final void commits(Offence offence) {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT))) {
            offence.deed().accept(peer);
            refused(peer, offence.fault());
        }
    }
}
