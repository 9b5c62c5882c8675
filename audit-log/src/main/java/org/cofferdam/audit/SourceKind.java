package org.cofferdam.audit;

/** Who causes a source's records. */
public enum SourceKind {
    /** A peer can: its quota and its full ring hold it back, or cost its records. */
    PEER,
    /** The operator, or the monitor on its own: no quota, and no record is ever dropped. */
    OPERATOR
}
