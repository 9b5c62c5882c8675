package org.cofferdam.libos.net.dns;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers for as long as they may be kept, and no longer than a day; that there is none, for a quarter of an hour (RFC
 * 2308, section 5). A bounded number: the one used longest ago makes room. Any thread.
 */
final class DnsCache {
    private static final long SECOND = 1_000_000_000L;
    private static final long MOST_SECONDS = 86_400;
    private static final long MOST_SECONDS_OF_NOTHING = 900;

    private final int most;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Question, Kept> answers = new LinkedHashMap<>(16, 0.75f, true);

    /** A name and a type. */
    record Question(DnsName name, int type) {}

    private record Kept(Answer answer, long until) {}

    DnsCache(int most, LongSupplier clock) {
        this.most = most;
        this.clock = clock;
    }

    @Nullable Answer get(Question question) {
        lock.lock();
        try {
            Kept kept = answers.get(question);
            if (kept == null) {
                return null;
            }
            if (clock.getAsLong() - kept.until >= 0) {
                answers.remove(question);
                return null;
            }
            return kept.answer;
        } finally {
            lock.unlock();
        }
    }

    void put(Question question, Answer answer) {
        long longest = answer.records().isEmpty() ? MOST_SECONDS_OF_NOTHING : MOST_SECONDS;
        long seconds = Math.min(answer.seconds(), longest);
        if (seconds <= 0) {
            return;
        }
        lock.lock();
        try {
            answers.put(question, new Kept(answer, clock.getAsLong() + seconds * SECOND));
            if (answers.size() > most) {
                answers.remove(answers.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return answers.size();
        } finally {
            lock.unlock();
        }
    }
}
