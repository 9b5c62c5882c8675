package org.cofferdam.audit.read;

/**
 * Which log a block belongs to.
 *
 * @param host name of the host that wrote it, as the log says
 * @param logIdHigh first half of the log's identity
 * @param logIdLow its second half
 * @param place where this copy was read: a directory, a socket, a topic
 */
public record LogOrigin(String host, long logIdHigh, long logIdLow, String place) {}
