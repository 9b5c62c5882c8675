package org.cofferdam.libos.program;

import java.time.Instant;
import java.time.ZoneId;

/**
 * An entry of an archive's central directory.
 *
 * @param name as it stands there
 * @param method 0 stored, 8 deflated
 * @param size inflated, in bytes
 * @param compressedSize in bytes
 * @param place of its local header in the archive
 * @param dosTime date and time in MS-DOS form, APPNOTE 4.4.6
 */
record ArchiveEntry(
        String name, int method, long size, long compressedSize, long place, int dosTime, int crc) {

    boolean isFolder() {
        return name.endsWith("/");
    }

    /** To two seconds, in the machine's own zone: the format has no better. */
    Instant modified() {
        int year = 1980 + (dosTime >>> 25);
        int month = Math.clamp(dosTime >>> 21 & 15, 1, 12);
        int day = Math.max(1, dosTime >>> 16 & 31);
        return java.time.LocalDate.of(year, month, 1)
                .plusDays(day - 1L)
                .atStartOfDay(ZoneId.systemDefault())
                .plusSeconds(
                        (dosTime >>> 11 & 31) * 3600L
                                + (dosTime >>> 5 & 63) * 60L
                                + (dosTime & 31) * 2L)
                .toInstant();
    }
}
