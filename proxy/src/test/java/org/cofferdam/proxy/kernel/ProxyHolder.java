package org.cofferdam.proxy.kernel;

import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.binding.net.Tap;
import org.cofferdam.proxy.frame.Mac;

/** A process that holds a kernel proxy until it is killed: a tap of its own, port p0, wire w0. */
final class ProxyHolder {
    static final String TAP = "cofk";

    private ProxyHolder() {}

    public static void main(String[] arguments) throws Exception {
        InNetworkNamespace.prefix();
        try (Tap tap = Tap.create(TAP, 1);
                KernelProxy proxy = KernelProxy.open(TAP, "w0", new RecordedDrops())) {
            Mac host = Mac.of(NetDevice.mac(tap.name()).orElseThrow());
            proxy.setHost(HostSettings.of(host, 1500));
            proxy.addPort(new PortSettings("p0", TestNetwork.peer(0), true, true, 0));
            System.out.println("ready");
            System.in.read();
        }
    }
}
