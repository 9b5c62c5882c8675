/**
 * Selection for channels that are not the kernel's: keys, selectors, and what a channel shows of itself to be selected.
 *
 * <p>Lives here: {@link org.cofferdam.libos.jdk.select.StackSelector}, its keys, and
 * {@link org.cofferdam.libos.jdk.select.Watchers}, a channel's list of keys.
 *
 * <p>Any thread may call it. A channel's owner, often the network's thread, tells the watchers that something became
 * ready; that notes keys down without a lock and without allocation, and wakes the thread that selects.
 *
 * <p>It trusts the program it is part of. Nothing from the network is read here.
 */
@NullMarked
package org.cofferdam.libos.jdk.select;

import org.jspecify.annotations.NullMarked;
