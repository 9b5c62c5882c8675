/**
 * Tests of the kernel half against the running kernel. Those that need interfaces run as root in network namespaces
 * of their own, see {@link org.cofferdam.proxy.kernel.InNetworkNamespace}.
 */
@NullMarked
package org.cofferdam.proxy.kernel;

import org.jspecify.annotations.NullMarked;
