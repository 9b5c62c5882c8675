package org.cofferdam.monitor.config;

/** How the agents of the packet path are spread over threads. */
public enum ThreadLayout {
    /** One thread runs the virtual CPU's slices and every agent in turn: best where cores are few. */
    SHARED
}
