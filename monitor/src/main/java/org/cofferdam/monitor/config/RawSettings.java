package org.cofferdam.monitor.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Settings as texts, each with the place it came from. Not validated; {@link StartOptions#from} does that. */
public final class RawSettings {
    private record Entry(String text, String origin) {}

    private final Map<Setting, Entry> entries = new EnumMap<>(Setting.class);
    private final List<GuestSpec> guests = new ArrayList<>();

    /**
     * Notes a setting; what is noted first wins, so the command line goes in before the file.
     *
     * @param origin where it stands, as a complaint would name it: {@code --mtu} or {@code lab.conf line 3: mtu}
     */
    public void putIfAbsent(Setting setting, String text, String origin) {
        entries.putIfAbsent(setting, new Entry(text, origin));
    }

    /** Notes a guest of the configuration file. */
    void addGuest(GuestSpec guest) {
        guests.add(guest);
    }

    /** The guests of the configuration file, in its order. */
    List<GuestSpec> guests() {
        return List.copyOf(guests);
    }

    public boolean has(Setting setting) {
        return entries.containsKey(setting);
    }

    /** The place a setting came from, or its option where it was not given. */
    public String origin(Setting setting) {
        Entry e = entries.get(setting);
        return e == null ? setting.option() : e.origin();
    }

    /**
     * The setting's value as a validated type.
     *
     * @throws OperatorError (usage) naming the place, if {@code parse} throws IllegalArgumentException
     */
    public <T> Optional<T> value(Setting setting, Function<String, T> parse) {
        Entry e = entries.get(setting);
        if (e == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(e.text()));
        } catch (IllegalArgumentException bad) {
            throw new OperatorError(
                    ExitCode.USAGE,
                    e.origin() + ": " + bad.getMessage() + "; see 'monitor start --help'",
                    bad);
        }
    }
}
