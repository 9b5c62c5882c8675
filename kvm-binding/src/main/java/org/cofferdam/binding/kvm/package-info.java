/**
 * The kernel's virtual machine monitor interface, Documentation/virt/kvm/api.rst: system, VM and vCPU
 * objects. Objects close in reverse order of making; memory given to a VM must outlive it. What the guest
 * did is told by a typed exit; its values are the guest's and are not to be trusted.
 */
@NullMarked
package org.cofferdam.binding.kvm;

import org.jspecify.annotations.NullMarked;
