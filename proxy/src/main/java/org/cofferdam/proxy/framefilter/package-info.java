/**
 * Expressions that choose frames, in the language of pcap-filter(7).
 *
 * <p>Lives here: {@link FrameFilter}, an expression that was understood, and what it is made of: {@link FilterParser}
 * reads the text and builds tests ({@link FrameTest}) of numbers ({@link FrameValue}) that are read from a frame
 * ({@link FrameBytes}).
 *
 * <p>Any one thread at a time; testing a frame allocates nothing and always ends, since a filter has no loops.
 *
 * <p>Neither the expression nor the frame is trusted: the text's length and depth are bounded, and each read from a frame is
 * checked against what was captured of it. As with libpcap, a frame that ends before what a test looks at is not
 * chosen, whatever else the expression says.
 */
@NullMarked
package org.cofferdam.proxy.framefilter;

import org.jspecify.annotations.NullMarked;
