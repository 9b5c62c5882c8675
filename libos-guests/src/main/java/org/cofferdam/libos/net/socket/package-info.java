/**
 * What the sockets of TCP and UDP have in common, and how other threads reach the stack's: the rings that bytes pass
 * through, readiness, requests, and errors.
 *
 * <p>Bytes pass between an application's thread and the stack's through rings with one writer and one reader each, so
 * neither waits for the other and nothing is handed over twice. What an application wants beyond that, it asks for by a
 * bit ({@link Endpoint}); the stack sees to it on its own thread.
 *
 * <p>Threads: each method says which thread may call it. Buffers come from a bounded pool; the bytes of a ring are the
 * peer's or the application's, and nothing here looks at them.
 */
@NullMarked
package org.cofferdam.libos.net.socket;

import org.jspecify.annotations.NullMarked;
