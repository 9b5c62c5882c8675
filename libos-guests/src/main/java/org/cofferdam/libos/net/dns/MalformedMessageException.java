package org.cofferdam.libos.net.dns;

/** A message breaks its format; nothing of it is used. */
final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedMessageException(String what) {
        super(what);
    }
}
