package org.cofferdam.libos.net.dhcp;

/** A message is not a reply to us, or breaks its format; nothing of it is used. */
final class RefusedReplyException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedReplyException(String what) {
        super(what);
    }
}
