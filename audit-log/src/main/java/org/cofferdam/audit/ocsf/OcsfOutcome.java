package org.cofferdam.audit.ocsf;

/** How a crossing ended, in the numbers of OCSF's status and of its profile security_control. */
enum OcsfOutcome {
    /** It was done as asked. */
    ALLOWED(1, "Success", 1, "Allowed", 1, "Allowed"),
    /** Nobody decided about it; it was seen. */
    LOGGED(1, "Success", 3, "Observed", 17, "Logged"),
    /** It was not done. */
    BLOCKED(2, "Failure", 2, "Denied", 2, "Blocked"),
    /** Packets that went nowhere. */
    DROPPED(2, "Failure", 2, "Denied", 6, "Dropped"),
    /** Some packets of a burst went on, some went nowhere. */
    MIXED(99, "Partial", 99, "Partial", 99, "Partly dropped"),
    /** Who asked may not. */
    UNAUTHORIZED(2, "Failure", 2, "Denied", 26, "Unauthorized"),
    /** Who had an attachment lost it. */
    REVOKED(2, "Failure", 2, "Denied", 24, "Access Revoked"),
    /** Somebody was made to wait. */
    DELAYED(2, "Failure", 4, "Modified", 14, "Delayed"),
    /** A part failed. */
    ERROR(2, "Failure", 3, "Observed", 27, "Error"),
    /** Detectors said so. */
    ALERT(1, "New", 3, "Observed", 19, "Alert");

    final int status;
    final String statusName;
    final int action;
    final String actionName;
    final int disposition;
    final String dispositionName;

    OcsfOutcome(
            int status,
            String statusName,
            int action,
            String actionName,
            int disposition,
            String dispositionName) {
        this.status = status;
        this.statusName = statusName;
        this.action = action;
        this.actionName = actionName;
        this.disposition = disposition;
        this.dispositionName = dispositionName;
    }
}
