package org.cofferdam.monitor.domain;

/**
 * What an operator sets of a driver domain.
 *
 * @param mtu of the card and the host's device, bytes without the Ethernet header
 * @param uplinkFeatures virtio-net feature bits of the uplink, fixed, not negotiated
 * @param udpSegmentation whether the host takes frames that are to be cut into UDP datagrams, for an uplink that negotiates
 * @param idlePasses empty turns of the driver's loop before it sleeps
 * @param restartOnFault false: a fault stops the domain for good
 */
public record DomainSettings(
        int mtu,
        long uplinkFeatures,
        boolean udpSegmentation,
        int idlePasses,
        boolean restartOnFault) {}
