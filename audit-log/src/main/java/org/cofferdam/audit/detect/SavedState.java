package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A part of a detector's memory that can go to another machine. */
interface SavedState {
    void save(DataOutput out) throws IOException;

    /** Takes what {@link #save} wrote; whatever it is, the state stays within its bounds. */
    void load(DataInput in) throws IOException;
}
