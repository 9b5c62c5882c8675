/**
 * Tests of the images and of the memory that they start in, on the machine's own /dev/kvm.
 *
 * <p>{@link org.cofferdam.drivervm.KvmDomain} runs an image; {@link org.cofferdam.drivervm.ImageBytes} makes images
 * out of a few bytes of machine code; {@link org.cofferdam.drivervm.BenchCard} answers the driver as the little of a
 * card that a test needs. The full emulated card is the monitor's and has its own tests with this driver.
 */
@NullMarked
package org.cofferdam.drivervm;

import org.jspecify.annotations.NullMarked;
