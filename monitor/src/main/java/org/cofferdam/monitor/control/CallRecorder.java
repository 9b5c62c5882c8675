package org.cofferdam.monitor.control;

/**
 * Takes note of each control call before it takes effect. Called on the control thread only, which must not be held up
 * for long.
 */
@FunctionalInterface
public interface CallRecorder {
    /** The most characters a call's description has. */
    int MAX_DESCRIPTION = 400;

    /**
     * Records a call that changes nothing, or is not made; when this throws, the caller is told so.
     *
     * @param caller who calls
     * @param allowed false if the call is refused because of who calls
     * @param call method, path and arguments: {@code POST /v1/driver/restart kill=true}; at most {@link
     *     #MAX_DESCRIPTION} characters, none of them a control character
     */
    void record(Caller caller, boolean allowed, String call);

    /**
     * Records a call that changes something. When this returns the record is on the device; when it throws, the call is
     * not made and the caller is told so.
     */
    default void recordBeforeEffect(Caller caller, String call) {
        record(caller, true, call);
    }
}
