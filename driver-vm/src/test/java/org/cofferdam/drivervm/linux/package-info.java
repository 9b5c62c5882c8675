/**
 * Tests of how an image of the Linux driver domain is read and checked, on small folders made by the tests.
 *
 * <p>That a real image boots and passes frames is shown by {@code tests/lab/image.py} with an emulated machine. If
 * {@code COFFERDAM_LINUX_IMAGE} names a folder that {@code ops/driver-image} has made, it is read here too.
 */
@NullMarked
package org.cofferdam.drivervm.linux;

import org.jspecify.annotations.NullMarked;
