package org.cofferdam.binding.kvm;

/** This machine's KVM lacks what Cofferdam needs; the message says what. */
public final class UnsupportedKvmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedKvmException(String message) {
        super(message);
    }
}
