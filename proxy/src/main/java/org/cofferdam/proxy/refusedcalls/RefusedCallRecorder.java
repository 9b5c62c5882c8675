package org.cofferdam.proxy.refusedcalls;

import org.cofferdam.proxy.packetswitch.PortId;

/** Where the doors' threads record what launchers report. From any of them; each method may wait for room in the log. */
public interface RefusedCallRecorder {
    /** A guest's filter refused a call, or several with this number. */
    void callRefused(PortId port, RefusedCall call);

    /** Who reported may not, or what came was no report; the connection is over. */
    void reportRefused(PortId port, String why);
}
