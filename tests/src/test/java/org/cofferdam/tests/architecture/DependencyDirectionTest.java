package org.cofferdam.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dependencies point one way, and the dangerous is fenced by name. */
final class DependencyDirectionTest {
    private static final DescribedPredicate<JavaClass> IN_KVM_BINDING =
            DescribedPredicate.describe(
                    "in kvm-binding", c -> Modules.of(c).equals(Optional.of("kvm-binding")));

    private static final Set<String> TURNS_ADDRESSES_INTO_MEMORY =
            Set.of("reinterpret", "ofAddress");

    private static JavaClasses product = Modules.all();

    @BeforeAll
    static void classesOfEveryModuleWithCodeAreSeen() {
        product = Modules.all();
        for (String module : Modules.MAY_USE.keySet()) {
            boolean hasCode =
                    SourceTree.files(Modules.folder(module) + "/src/main/java", ".java").stream()
                            .anyMatch(f -> !f.endsWith("package-info.java"));
            boolean seen =
                    product.stream().anyMatch(c -> Modules.of(c).equals(Optional.of(module)));
            assertEquals(hasCode, seen, "classes of " + module + " on the class path of tests");
        }
    }

    @Test
    void aModuleUsesOnlyModulesThatTheDesignPointsItTo() {
        classes()
                .should(
                        new ArchCondition<>("use only modules that theirs may use") {
                            @Override
                            public void check(JavaClass user, ConditionEvents events) {
                                String from = Modules.of(user).orElseThrow();
                                user.getDirectDependenciesFromSelf()
                                        .forEach(
                                                d ->
                                                        Modules.of(d.getTargetClass())
                                                                .filter(to -> !to.equals(from))
                                                                .filter(
                                                                        to ->
                                                                                !Modules.MAY_USE
                                                                                        .getOrDefault(
                                                                                                from,
                                                                                                Set
                                                                                                        .of())
                                                                                        .contains(
                                                                                                to))
                                                                .ifPresent(
                                                                        to ->
                                                                                events.add(
                                                                                        SimpleConditionEvent
                                                                                                .violated(
                                                                                                        user,
                                                                                                        from
                                                                                                                + " uses "
                                                                                                                + to
                                                                                                                + ": "
                                                                                                                + d
                                                                                                                        .getDescription()))));
                            }
                        })
                .check(product);
    }

    @Test
    void noPackageIsSpreadOverTwoModules() {
        Map<String, String> homes = new HashMap<>();
        for (JavaClass c : product) {
            String module = Modules.of(c).orElseThrow();
            String before = homes.putIfAbsent(c.getPackageName(), module);
            assertTrue(
                    before == null || before.equals(module),
                    c.getPackageName() + " is in " + before + " and in " + module);
        }
    }

    @Test
    void onlyKvmBindingCallsNativeCode() {
        noClasses()
                .that(DescribedPredicate.not(IN_KVM_BINDING))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi..", "com.sun.jna..", "sun.misc..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.lang\\.foreign\\.(Linker|SymbolLookup|AddressLayout)(\\$.*)?")
                .check(product);
    }

    @Test
    void theCLibraryIsInternalToKvmBinding() {
        noClasses()
                .that(DescribedPredicate.not(IN_KVM_BINDING))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.cofferdam.binding.libc..")
                .check(product);
    }

    @Test
    void onlyKvmBindingTurnsAddressesIntoMemory() {
        noClasses()
                .that(DescribedPredicate.not(IN_KVM_BINDING))
                .should()
                .accessTargetWhere(
                        DescribedPredicate.describe(
                                "MemorySegment." + TURNS_ADDRESSES_INTO_MEMORY,
                                (JavaAccess<?> a) ->
                                        a.getTargetOwner().isAssignableTo(MemorySegment.class)
                                                && TURNS_ADDRESSES_INTO_MEMORY.contains(
                                                        a.getTarget().getName())))
                .check(product);
    }

    @Test
    void noModuleHasJniMethodsOrLoadsLibrariesItself() {
        methods().should().notHaveModifier(JavaModifier.NATIVE).check(product);
        noClasses()
                .should()
                .callMethod(System.class, "load", String.class)
                .orShould()
                .callMethod(System.class, "loadLibrary", String.class)
                .check(product);
    }

    @Test
    void nothingInTheProductWritesToStandardOutputButTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..cli..")
                .and()
                .doNotHaveFullyQualifiedName("org.cofferdam.monitor.Main") // hands it to cli
                .should()
                .accessField(System.class, "out")
                .check(product);
    }
}
