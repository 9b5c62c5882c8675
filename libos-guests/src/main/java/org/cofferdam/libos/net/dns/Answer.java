package org.cofferdam.libos.net.dns;

import java.util.List;

/**
 * What the servers say of a name and a type, aliases followed.
 *
 * @param exists whether there is such a name
 * @param records of the wanted type, none if there are none
 * @param seconds how long it may be kept; 0 not at all
 */
record Answer(boolean exists, List<ResourceRecord> records, long seconds) {}
