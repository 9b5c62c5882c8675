/**
 * The kernel's virtual machine monitor interface, Documentation/virt/kvm/api.rst: system, VM and vCPU
 * objects. The monitor's domain package is who calls it.
 *
 * <p>Objects close in reverse order of making; memory given to a VM must outlive it. Threads: a vCPU belongs
 * to the thread that runs it; any thread may kick it. Trust: what the guest did is told by a typed exit; its
 * values are the guest's and are not to be trusted.
 */
@NullMarked
package org.cofferdam.binding.kvm;

import org.jspecify.annotations.NullMarked;
