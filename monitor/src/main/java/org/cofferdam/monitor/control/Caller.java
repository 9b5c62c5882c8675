package org.cofferdam.monitor.control;

/**
 * Who is at the other end of a control connection, as the kernel says (SO_PEERCRED, unix(7)): the identity at the
 * moment of connect, which the caller cannot choose.
 */
public record Caller(int pid, int uid, int gid) {}
