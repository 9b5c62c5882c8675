package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * States by key, of which so many are kept; the one that was not touched for longest goes first. Keys may be what a
 * peer chose.
 */
final class KeyedStates<K, S extends SavedState> implements SavedState {
    /** How a key is saved. */
    interface KeyForm<K> {
        void write(K key, DataOutput out) throws IOException;

        K read(DataInput in) throws IOException;
    }

    /** Ports. */
    static final KeyForm<Integer> PORT =
            new KeyForm<>() {
                @Override
                public void write(Integer key, DataOutput out) throws IOException {
                    out.writeInt(key);
                }

                @Override
                public Integer read(DataInput in) throws IOException {
                    return in.readInt();
                }
            };

    /** Ports that a log may have: more than the switch has, fewer than 16 bits can claim. */
    static final int MOST_PORTS = 256;

    private final KeyForm<K> form;
    private final int most;
    private final Supplier<S> maker;
    private final Map<K, S> states;

    KeyedStates(KeyForm<K> form, int most, Supplier<S> maker) {
        this.form = form;
        this.most = most;
        this.maker = maker;
        this.states =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, S> eldest) {
                        return size() > KeyedStates.this.most;
                    }
                };
    }

    /** The state of a key, made if it is not there. */
    S of(K key) {
        S state = states.get(key);
        if (state == null) {
            state = maker.get();
            states.put(key, state);
        }
        return state;
    }

    int size() {
        return states.size();
    }

    void clear() {
        states.clear();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(states.size());
        for (Map.Entry<K, S> e : states.entrySet()) {
            form.write(e.getKey(), out);
            e.getValue().save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        states.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            of(form.read(in)).load(in);
        }
    }
}
