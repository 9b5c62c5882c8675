/**
 * The rules of the house as tests: which module may use which, who may call native code, how packages are
 * named and described, how long files are, what lies at the top level, and that every promise in README.md
 * names a test that exists.
 *
 * <p>Nothing here runs the product. {@link org.cofferdam.tests.architecture.Modules} reads the reactor's
 * compiled classes, {@link org.cofferdam.tests.architecture.SourceTree} its files; both are used by tests
 * only, on whatever thread runs them, and trust the checkout that they stand in.
 */
@NullMarked
package org.cofferdam.tests.architecture;

import org.jspecify.annotations.NullMarked;
