package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofferdam.binding.event.PeerSignal;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.proxy.guestport.GuestBell;
import org.cofferdam.proxy.guestport.GuestFeatures;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.vhostuser.message.FrontEndMessage;
import org.cofferdam.proxy.vhostuser.message.MemoryRegion;
import org.cofferdam.proxy.vhostuser.message.MessageDecoder;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.ReplyEncoder;
import org.cofferdam.proxy.vhostuser.message.RequestCode;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.jspecify.annotations.Nullable;

/**
 * What one connection of a front end has brought about: negotiated features, mapped memory, queues. It ends with the
 * connection, and {@link #close} leaves nothing of it.
 *
 * <p>Front ends differ in their order (QEMU enables rings before it sets features, DPDK last), so a queue starts as soon
 * as all that it needs is there, and what is refused is only what would change a queue that runs, or was never offered.
 *
 * <p>The guest's thread.
 */
final class Session implements AutoCloseable {
    private static final long OFFERED =
            GuestFeatures.OFFERED | ProtocolFeatures.BIT | ProtocolFeatures.LOG_ALL;

    private final PortId id;
    private final GuestRecorder recorder;
    private final QueueSwitchboard queues;
    private final MessageDecoder decoder;
    private final ReplyEncoder replies = new ReplyEncoder();
    private final MemoryTable table = new MemoryTable();
    private final SideChannels side = new SideChannels();
    private final RingState[] rings;

    private GuestCard card;
    private SessionState state = SessionState.CONNECTED;
    private long features;
    private long protocolFeatures;
    private int status;

    Session(
            GuestPort port,
            GuestCard card,
            PacketThread thread,
            GuestBell bell,
            GuestRecorder recorder) {
        this.id = port.id();
        this.card = card;
        this.recorder = recorder;
        this.queues = new QueueSwitchboard(thread, port);
        this.decoder = new MessageDecoder(2 * card.pairs());
        this.rings = new RingState[2 * card.pairs()];
        for (int i = 0; i < rings.length; i++) {
            rings[i] = new RingState();
        }
        queues.attach(bell);
    }

    /**
     * Does what a message says.
     *
     * @param descriptors those that came with it; what the session keeps it takes out of the list
     * @return the answer, for the caller to close, valid until the next call; empty if there is none
     * @throws ProtocolFaultException when the peer broke the protocol and must lose its attachment
     */
    Optional<Answer> handle(
            MessageHeader header, MemorySegment payload, List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        recorder.message(id, header, descriptors.size());
        FrontEndMessage message = decoder.decode(header, payload, descriptors.size());
        Optional<Answer> answer = apply(header, message, descriptors);
        if (answer.isEmpty() && header.needReply() && has(ProtocolFeatures.REPLY_ACK)) {
            // "Communication": REPLY_ACK, after what was asked for is done.
            return number(header.request(), 0);
        }
        return answer;
    }

    private Optional<Answer> apply(
            MessageHeader header, FrontEndMessage message, List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        RequestCode request = header.request();
        switch (message) {
            case FrontEndMessage.GetFeatures m -> {
                return number(request, OFFERED);
            }
            case FrontEndMessage.SetFeatures m -> setFeatures(m.features());
            case FrontEndMessage.SetOwner m -> {
                if (state == SessionState.CONNECTED) {
                    move(SessionState.OWNED);
                }
            }
            case FrontEndMessage.ResetOwner m -> {
                reset();
                if (state == SessionState.OWNED) {
                    move(SessionState.CONNECTED);
                }
            }
            case FrontEndMessage.GetProtocolFeatures m -> {
                return number(request, ProtocolFeatures.OFFERED);
            }
            case FrontEndMessage.SetProtocolFeatures m -> setProtocolFeatures(m.features());
            case FrontEndMessage.GetQueueNumber m -> {
                needs(ProtocolFeatures.MQ, request);
                return number(request, card.pairs());
            }
            case FrontEndMessage.SetMemoryTable m -> setMemory(m.regions(), descriptors);
            case FrontEndMessage.GetMemorySlots m -> {
                needs(ProtocolFeatures.CONFIGURE_MEM_SLOTS, request);
                return number(request, MessageDecoder.MOST_REGIONS);
            }
            case FrontEndMessage.AddMemoryRegion m -> {
                needs(ProtocolFeatures.CONFIGURE_MEM_SLOTS, request);
                withQueuesStopped(() -> add(m.region(), descriptors));
            }
            case FrontEndMessage.RemoveMemoryRegion m -> {
                needs(ProtocolFeatures.CONFIGURE_MEM_SLOTS, request);
                withQueuesStopped(() -> table.remove(m.region()));
            }
            case FrontEndMessage.SetQueueSize m -> stopped(m.queue(), request).size(m.size());
            case FrontEndMessage.SetQueueAddress m -> setAddress(m, request);
            // Where a split queue goes on is read from its used ring, which says it for front ends
            // that
            // lost a back end, too.
            case FrontEndMessage.SetQueueBase m -> stopped(m.queue(), request).base(m.index());
            case FrontEndMessage.GetQueueBase m -> {
                int index = stop(m.queue());
                rings[m.queue()].forgetKick();
                return Optional.of(new Answer(replies.ringState(request, m.queue(), index)));
            }
            case FrontEndMessage.SetKick m -> setKick(m.queue(), signal(descriptors));
            case FrontEndMessage.SetCall m -> rings[m.queue()].call(signal(descriptors));
            case FrontEndMessage.SetError m -> rings[m.queue()].error(signal(descriptors));
            case FrontEndMessage.SetQueueEnable m -> enable(m.queue(), m.enabled());
            case FrontEndMessage.SetMtu m -> {
                needs(ProtocolFeatures.MTU, request);
                if (m.mtu() > card.mtu()) {
                    throw fault(ProtocolFault.MTU, m.mtu() + " of at most " + card.mtu());
                }
            }
            case FrontEndMessage.GetConfig m -> {
                needs(ProtocolFeatures.CONFIG, request);
                return Optional.of(new Answer(replies.config(m.offset(), m.size(), card.space())));
            }
            case FrontEndMessage.ResetDevice m -> {
                needs(ProtocolFeatures.RESET_DEVICE, request);
                reset();
            }
            case FrontEndMessage.SetStatus m -> {
                needs(ProtocolFeatures.STATUS, request);
                status = m.status();
                if (status == 0) {
                    // virtio 1.2, 2.4: writing 0 resets the device.
                    reset();
                }
            }
            case FrontEndMessage.GetStatus m -> {
                needs(ProtocolFeatures.STATUS, request);
                return number(request, status);
            }
            case FrontEndMessage.SetConfig m ->
                    throw fault(ProtocolFault.CONFIG, "the guest writes at " + m.offset());
            case FrontEndMessage.SetBackEndChannel m -> {
                needs(ProtocolFeatures.BACKEND_REQ, request);
                side.channel(descriptors);
            }
            case FrontEndMessage.GetInflight m -> {
                needs(ProtocolFeatures.INFLIGHT_SHMFD, request);
                SharedMemory buffer = InflightBuffer.create(m.queues(), m.queueSize());
                return Optional.of(
                        new Answer(
                                replies.inflight(
                                        buffer.size(), m.queues(), m.queueSize(), header.size()),
                                buffer));
            }
            case FrontEndMessage.SetInflight m -> {
                needs(ProtocolFeatures.INFLIGHT_SHMFD, request);
                if (anyRuns()) {
                    throw fault(ProtocolFault.ORDER, request + " while a queue runs");
                }
                side.inflight(m, descriptors);
            }
            case FrontEndMessage.SetLogBase m -> {
                needs(ProtocolFeatures.LOG_SHMFD, request);
                withQueuesStopped(() -> side.log(m, descriptors));
                return number(request, 0);
            }
            case FrontEndMessage.SetLogSignal m -> {
                needs(ProtocolFeatures.LOG_SHMFD, request);
                side.logSignal(signal(descriptors));
            }
        }
        startWhatIsReady();
        return Optional.empty();
    }

    private Optional<Answer> number(RequestCode request, long value) {
        return Optional.of(new Answer(replies.number(request, value)));
    }

    private void setFeatures(long accepted) throws ProtocolFaultException {
        if ((accepted & ~OFFERED) != 0) {
            throw fault(
                    ProtocolFault.FEATURES, "0x" + Long.toHexString(accepted & ~OFFERED) + " more");
        }
        // "Migration": logging begins and ends while queues run; nothing else changes under them.
        if (anyRuns() && ((accepted ^ features) & ~ProtocolFeatures.LOG_ALL) != 0) {
            throw fault(ProtocolFault.ORDER, "features while a queue runs");
        }
        if (accepted != features) {
            withQueuesStopped(() -> features = accepted);
        }
    }

    // "Migration": the address comes once more while the queue runs, with the wish to have its
    // writes logged, which they are whenever any are.
    private void setAddress(FrontEndMessage.SetQueueAddress message, RequestCode request)
            throws ProtocolFaultException {
        if (!rings[message.queue()].isAt(message)) {
            stopped(message.queue(), request).address(message);
        }
    }

    private void setProtocolFeatures(long accepted) throws ProtocolFaultException {
        long more = accepted & ~ProtocolFeatures.OFFERED;
        if (more != 0) {
            throw fault(ProtocolFault.FEATURES, "protocol 0x" + Long.toHexString(more) + " more");
        }
        protocolFeatures = accepted;
    }

    private void setMemory(List<MemoryRegion> regions, List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        withQueuesStopped(
                () -> {
                    table.close();
                    for (MemoryRegion region : regions) {
                        add(region, descriptors);
                    }
                });
    }

    private void add(MemoryRegion region, List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        int seals = table.add(region, descriptors.getFirst());
        descriptors.removeFirst();
        recorder.mapped(id, region, seals);
    }

    private void setKick(int queue, @Nullable PeerSignal kick) {
        RingState ring = rings[queue];
        if (ring.isRunning()) {
            queues.rewatch(ring.kick(), kick);
        }
        ring.kick(kick);
    }

    /** The eventfd that came with a message; null if none did. */
    private static @Nullable PeerSignal signal(List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        if (descriptors.isEmpty()) {
            return null;
        }
        try {
            PeerSignal signal = PeerSignal.of(descriptors.getFirst());
            descriptors.removeFirst();
            return signal;
        } catch (IllegalArgumentException e) {
            throw fault(ProtocolFault.NOT_AN_EVENTFD, String.valueOf(e.getMessage()));
        }
    }

    private void enable(int queue, boolean enabled) {
        rings[queue].enabled(enabled);
        if (!enabled) {
            stop(queue);
        }
    }

    private void startWhatIsReady() throws ProtocolFaultException {
        GuestFeatures accepted = new GuestFeatures(features);
        for (int i = 0; i < rings.length; i++) {
            RingState ring = rings[i];
            if (ring.isRunning() || features == 0) {
                continue;
            }
            Optional<QueueConfig> config =
                    ring.ready(table, accepted, (features & ProtocolFeatures.BIT) != 0);
            if (config.isEmpty()) {
                continue;
            }
            // virtio 1.2, 6: without it rings and headers are those of another time, which nothing
            // here reads.
            if (!accepted.has(GuestFeatures.VERSION_1)) {
                throw fault(ProtocolFault.FEATURES, "VERSION_1 is missing");
            }
            if (state == SessionState.CONNECTED) {
                // virtio-user says SET_OWNER to its first back end only, not to the one that
                // connects after it.
                move(SessionState.OWNED);
            }
            queues.start(
                    new QueueSwitchboard.Queue(
                            i,
                            config.get(),
                            side.memory(table, (features & ProtocolFeatures.LOG_ALL) != 0),
                            ring.base(),
                            side.part(i, config.get())),
                    accepted,
                    ring.kick());
            ring.running(true);
        }
        if (state == SessionState.OWNED && anyRuns()) {
            move(SessionState.RUNNING);
        }
    }

    private boolean anyRuns() {
        for (RingState ring : rings) {
            if (ring.isRunning()) {
                return true;
            }
        }
        return false;
    }

    /** Stops a queue if it runs; where it stands, or 0. */
    private int stop(int queue) {
        RingState ring = rings[queue];
        if (!ring.isRunning()) {
            return 0;
        }
        int position = pause(queue);
        if (state == SessionState.RUNNING && !anyRuns()) {
            move(SessionState.OWNED);
        }
        return position;
    }

    /** Stops a queue that runs, so that it goes on from where it stands if it is started again. */
    private int pause(int queue) {
        RingState ring = rings[queue];
        OptionalInt position = queues.stop(queue, ring.kick());
        ring.running(false);
        position.ifPresent(ring::base);
        return position.orElse(0);
    }

    private void stopAll() {
        for (int i = 0; i < rings.length; i++) {
            stop(i);
        }
    }

    private void reset() {
        stopAll();
        for (RingState ring : rings) {
            ring.close();
        }
    }

    private interface Change {
        void make() throws ProtocolFaultException;
    }

    /** What queues use changes under none: those that run are stopped for it, and start again by themselves. */
    private void withQueuesStopped(Change change) throws ProtocolFaultException {
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < rings.length; i++) {
            if (rings[i].isRunning()) {
                ran.add(i);
                pause(i);
            }
        }
        change.make();
        startWhatIsReady();
        if (!ran.isEmpty() && !anyRuns() && state == SessionState.RUNNING) {
            move(SessionState.OWNED);
        }
    }

    private RingState stopped(int queue, RequestCode request) throws ProtocolFaultException {
        if (rings[queue].isRunning()) {
            throw fault(ProtocolFault.ORDER, request + " while queue " + queue + " runs");
        }
        return rings[queue];
    }

    private boolean has(long protocolFeature) {
        return (protocolFeatures & protocolFeature) != 0;
    }

    private void needs(long protocolFeature, RequestCode request) throws ProtocolFaultException {
        if (!has(protocolFeature)) {
            throw fault(ProtocolFault.ORDER, request + " without its protocol feature");
        }
    }

    private static ProtocolFaultException fault(ProtocolFault fault, String detail) {
        return new ProtocolFaultException(fault, detail);
    }

    private void move(SessionState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(state + " cannot become " + next);
        }
        recorder.moved(id, state, next);
        state = next;
    }

    /** Wakes the guest for queues, a bit for each; may block for as long as the guest wants. */
    void ring(int queueBits) {
        for (int i = 0; i < rings.length; i++) {
            PeerSignal call = rings[i].call();
            if ((queueBits & 1 << i) != 0 && call != null) {
                call.ring();
            }
        }
        if ((queueBits & GuestBell.LOG) != 0) {
            side.ringLog();
        }
    }

    /** Another card from now on, of as many queues; the front end is told if it wants to be. */
    void change(GuestCard next) {
        card = next;
        if (side.configurationChanged(replies)) {
            recorder.told(id, ReplyEncoder.CONFIG_CHANGED);
        }
    }

    GuestCard card() {
        return card;
    }

    /** What the switch refused the guest for, for people. */
    String refusal() {
        return queues.refusal();
    }

    SessionState state() {
        return state;
    }

    /** Stops all queues, then gives up memory and descriptors. */
    @Override
    public void close() {
        if (state == SessionState.ENDED) {
            return;
        }
        stopAll();
        queues.detach();
        reset();
        side.close();
        table.close();
        move(SessionState.ENDED);
    }
}
