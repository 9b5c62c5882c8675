/** Tests of the package of this name; the machine in a folder is for other packages' tests as well. */
@NullMarked
package org.cofferdam.monitor.pci;

import org.jspecify.annotations.NullMarked;
