package org.cofferdam.libos.net.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.cofferdam.libos.net.dns.DnsCache.Question;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Asks the servers there are, in rounds with growing patience, beginning with the one that answered last; follows aliases;
 * keeps answers. Threads that ask the same at once share one question: several open ones would make a forger's work
 * easier (RFC 5452, section 5). Any thread but the stack's; it waits.
 */
final class NameServers {
    /** RFC 1034, section 3.6.2 wants chains followed, section 5.3.3 an end to them. */
    private static final int MOST_ALIASES = 16;

    private static final int ROUNDS = 3;

    private final DnsTransport transport;
    private final DnsCache cache;
    private final long patience;
    private final ConcurrentHashMap<Question, CompletableFuture<Answer>> underWay =
            new ConcurrentHashMap<>();
    private volatile @Nullable IpAddress lastGood;

    /**
     * Over a transport.
     *
     * @param patience nanoseconds for each server in the first round; doubled in each further one
     */
    NameServers(DnsTransport transport, DnsCache cache, long patience) {
        this.transport = transport;
        this.cache = cache;
        this.patience = patience;
    }

    /** What they say of a name and a type. */
    Answer ask(List<IpAddress> servers, DnsName name, int type) throws DnsException {
        Question question = new Question(name, type);
        Answer kept = cache.get(question);
        if (kept != null) {
            return kept;
        }
        CompletableFuture<Answer> ours = new CompletableFuture<>();
        CompletableFuture<Answer> others = underWay.putIfAbsent(question, ours);
        if (others != null) {
            return join(others);
        }
        try {
            Answer answer = follow(servers, name, type);
            cache.put(question, answer);
            ours.complete(answer);
            return answer;
        } catch (DnsException | RuntimeException e) {
            ours.completeExceptionally(e);
            throw e;
        } finally {
            boolean ignored = underWay.remove(question, ours);
            assert ignored;
        }
    }

    private static Answer join(CompletableFuture<Answer> others) throws DnsException {
        try {
            return others.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof DnsException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private Answer follow(List<IpAddress> servers, DnsName name, int type) throws DnsException {
        DnsName current = name;
        long seconds = Long.MAX_VALUE;
        int aliases = 0;
        while (true) {
            DnsReply reply = askInRounds(servers, current, type);
            boolean moved = false;
            List<ResourceRecord> found = found(reply, current, type);
            ResourceRecord.Alias alias;
            while (found.isEmpty() && (alias = aliasOf(reply, current)) != null) {
                if (++aliases > MOST_ALIASES) {
                    throw new DnsException(DnsError.TOO_MANY_ALIASES, name.toString());
                }
                moved = true;
                seconds = Math.min(seconds, alias.seconds());
                current = alias.target();
                found = found(reply, current, type);
            }
            if (!found.isEmpty()) {
                for (ResourceRecord record : found) {
                    seconds = Math.min(seconds, record.seconds());
                }
                return new Answer(true, found, seconds);
            }
            boolean exists = reply.code() != DnsReply.NO_SUCH_NAME;
            DnsName zone = reply.zone();
            boolean sure = zone != null && current.isWithin(zone);
            if (!moved || !exists || sure) {
                // RFC 2308, section 5: without the zone's word it is not kept.
                return new Answer(
                        exists, List.of(), sure ? Math.min(seconds, reply.zoneSeconds()) : 0);
            }
            // The alias leads to where this server's reply ends: ask for its target.
        }
    }

    /** The records of a type that a reply has for a name; whatever it says of other names is not believed. */
    private static List<ResourceRecord> found(DnsReply reply, DnsName name, int type) {
        List<ResourceRecord> found = new ArrayList<>();
        for (ResourceRecord record : reply.answers()) {
            boolean wanted =
                    switch (record) {
                        case ResourceRecord.Address a ->
                                type == (a.address().isV4() ? RecordType.A : RecordType.AAAA);
                        case ResourceRecord.Pointer p -> type == RecordType.PTR;
                        case ResourceRecord.Alias a -> false;
                    };
            if (wanted && record.owner().equals(name)) {
                found.add(record);
            }
        }
        return List.copyOf(found);
    }

    private static ResourceRecord.@Nullable Alias aliasOf(DnsReply reply, DnsName name) {
        for (ResourceRecord record : reply.answers()) {
            if (record instanceof ResourceRecord.Alias alias && alias.owner().equals(name)) {
                return alias;
            }
        }
        return null;
    }

    private DnsReply askInRounds(List<IpAddress> servers, DnsName name, int type)
            throws DnsException {
        if (servers.isEmpty()) {
            throw new DnsException(DnsError.NO_SERVER, name.toString());
        }
        int first =
                Math.max(
                        0,
                        servers.indexOf(Objects.requireNonNullElse(lastGood, servers.getFirst())));
        boolean failed = false;
        for (int round = 0; round < ROUNDS; round++) {
            boolean silent = false;
            for (int i = 0; i < servers.size(); i++) {
                IpAddress server = servers.get((first + i) % servers.size());
                DnsReply reply = transport.ask(server, name, type, patience << round);
                if (reply == null) {
                    silent = true;
                } else if (isUseful(reply)) {
                    lastGood = server;
                    return reply;
                } else {
                    failed = true;
                }
            }
            if (!silent) {
                // All have answered, and would say the same again.
                break;
            }
        }
        throw new DnsException(
                failed ? DnsError.SERVER_FAILURE : DnsError.NO_ANSWER, name.toString());
    }

    private static boolean isUseful(DnsReply reply) {
        return reply.code() == DnsReply.NO_SUCH_NAME
                || (reply.code() == DnsReply.NO_ERROR && !reply.referral());
    }
}
