package org.cofferdam.drivervm;

/**
 * One loadable piece of an image, checked: it lies inside its region, and its file bytes inside the file.
 *
 * @param start where it goes
 * @param fileOffset its first byte in the image file
 * @param fileBytes bytes taken from the file
 * @param memoryBytes bytes in memory; what the file does not give reads zero
 * @param kind what the domain may do with it
 */
public record ImageSegment(
        GuestAddress start, int fileOffset, int fileBytes, int memoryBytes, Kind kind) {

    /** What the domain may do with a segment's pages. */
    public enum Kind {
        CODE,
        CONSTANTS,
        DATA
    }

    GuestAddress end() {
        return start.plus(memoryBytes);
    }

    long firstPage() {
        return start.value() / DomainLayout.PAGE_BYTES;
    }

    long lastPage() {
        return (end().value() - 1) / DomainLayout.PAGE_BYTES;
    }
}
