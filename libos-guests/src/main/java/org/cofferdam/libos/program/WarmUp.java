package org.cofferdam.libos.program;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.text.Normalizer;
import java.time.ZoneId;
import java.time.chrono.HijrahDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import javax.crypto.Cipher;
import javax.net.ssl.SSLContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cofferdam.binding.random.KernelRandom;

/**
 * Touches what the JDK opens when a program first needs it, so that nothing is left to open once the process may open no
 * file. Takes a quarter of a second and is done once, on one thread, before the filter is set.
 *
 * <p>What cannot be had beforehand, and is missing afterwards: native libraries of programs; {@code java.desktop}'s
 * libraries and fonts; {@code java.util.prefs}, whose store is files; Kerberos and PKCS#11; flight recordings; agents.
 * JSSE's list of public suffixes is read for each top-level domain when a wildcard certificate of it is first met, so
 * that a certificate for {@code *.com}, which no authority gives, would be taken.
 */
public final class WarmUp {
    /** One thing, the reason for which it is touched, and how. */
    private record Touch(String what, String reason, Callable<?> action) {}

    private static final List<Touch> TOUCHES =
            List.of(
                    new Touch(
                            "native libraries",
                            "each class that has one looks for its file when it is initialized",
                            WarmUp::loadLibraries),
                    new Touch(
                            "libsyslookup",
                            "native library behind Linker.defaultLookup",
                            () -> initialize("jdk.internal.foreign.SystemLookup")),
                    new Touch(
                            "names of characters",
                            "a resource in lib/modules, which libjimage finds",
                            () -> Character.getName('a')),
                    new Touch(
                            "libverify",
                            "native library that verifies classes older than Java 6, as XSLT makes",
                            WarmUp::verifyAnOldClass),
                    new Touch(
                            "libmanagement",
                            "native libraries of the platform's MBeans; files of the control group",
                            () -> ManagementFactory.getPlatformMBeanServer().getMBeanCount()),
                    new Touch(
                            "the process", "/proc/self/stat", () -> ProcessHandle.current().info()),
                    new Touch(
                            "the environment",
                            "its class starts the one of subprocesses, which sets a signal's handler",
                            () -> System.getenv().size()),
                    new Touch(
                            "security properties",
                            "conf/security/java.security",
                            () -> Security.getProperty("keystore.type")),
                    new Touch(
                            "security providers",
                            "classes and their own files, by name",
                            WarmUp::allProviders),
                    new Touch(
                            "random numbers",
                            "instead of /dev/random: the kernel's, by getrandom",
                            () -> {
                                KernelRandom.fill(new byte[1]);
                                return true;
                            }),
                    new Touch(
                            "certificates",
                            "lib/security/cacerts and the guest's own provider",
                            () -> {
                                GuestSecurityProvider.install();
                                return true;
                            }),
                    new Touch(
                            "marks of certificates",
                            "lib/security/blocked.certs, and cacerts once more as anchors",
                            () -> {
                                initialize("sun.security.util.UntrustedCertificates");
                                return initialize("sun.security.util.AnchorCertificates");
                            }),
                    new Touch(
                            "encryption policy",
                            "conf/security/policy",
                            () -> Cipher.getMaxAllowedKeyLength("AES")),
                    new Touch("TLS", "classes, default trust", SSLContext::getDefault),
                    new Touch(
                            "a generator",
                            "seeds at its first use",
                            () -> new SecureRandom().nextInt()),
                    new Touch(
                            "time zones",
                            "lib/tzdb.dat",
                            () -> ZoneId.of("Europe/Zurich").getRules()),
                    new Touch("the own time zone", "/etc/localtime", TimeZone::getDefault),
                    new Touch(
                            "currencies",
                            "lib/currency.properties",
                            () -> Currency.getInstance("USD")),
                    new Touch(
                            "calendars", "conf/chronology", () -> HijrahDate.now(ZoneId.of("UTC"))),
                    new Touch(
                            "logging",
                            "conf/logging.properties, or what java.util.logging.config.file names",
                            LogManager::getLogManager),
                    new Touch(
                            "XML",
                            "conf/jaxp.properties",
                            () -> DocumentBuilderFactory.newInstance().newDocumentBuilder()),
                    new Touch("proxies", "conf/net.properties", ProxySelector::getDefault),
                    new Touch(
                            "content types",
                            "content-types.properties, mime.types",
                            () -> {
                                URLConnection.guessContentTypeFromName("a.html");
                                return Files.probeContentType(Path.of("a.html"));
                            }),
                    new Touch(
                            "normalization",
                            "data of java.text in lib/modules",
                            () -> Normalizer.normalize("é", Normalizer.Form.NFKD)),
                    new Touch(
                            "charsets",
                            "providers, looked up on the class path",
                            Charset::availableCharsets),
                    new Touch(
                            "file systems",
                            "providers, looked up on the class path",
                            FileSystemProvider::installedProviders),
                    new Touch(
                            "the runtime's modules as files",
                            "lib/modules, for compilers and scanners of classes",
                            () ->
                                    Files.size(
                                            FileSystems.getFileSystem(URI.create("jrt:/"))
                                                    .getPath(
                                                            "/modules/java.base/module-info.class"))));

    /** In the order of their packages; of modules that a runtime may not have, the last four. */
    private static final List<String> CLASSES_WITH_LIBRARIES =
            List.of(
                    "java.net.InetAddress",
                    "java.net.NetworkInterface",
                    "java.util.zip.Adler32",
                    "java.util.zip.CRC32",
                    "java.util.zip.Deflater",
                    "java.util.zip.Inflater",
                    "jdk.internal.jimage.NativeImageBuffer",
                    "sun.net.PortConfig",
                    "sun.net.dns.ResolverConfigurationImpl",
                    "sun.net.spi.DefaultProxySelector",
                    "sun.nio.ch.IOUtil",
                    "sun.nio.ch.NativeThread",
                    "sun.nio.ch.NioSocketImpl",
                    "sun.nio.ch.UnixFileDispatcherImpl",
                    "sun.nio.fs.LinuxNativeDispatcher",
                    "sun.nio.fs.UnixNativeDispatcher",
                    "jdk.net.LinuxSocketOptions",
                    "java.lang.management.ManagementFactory",
                    "com.sun.management.internal.PlatformMBeanProviderImpl",
                    "com.sun.management.internal.Flag");

    /** What was touched, and what this runtime does not have. */
    public record Report(List<String> touched, List<String> missing, long nanos) {}

    private WarmUp() {}

    /** Touches everything. What fails because the runtime has no such module is in the report, and no error. */
    public static Report run() {
        long start = System.nanoTime();
        List<String> touched = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Touch each : TOUCHES) {
            try {
                each.action().call();
                touched.add(each.what() + ": " + each.reason());
            } catch (Exception | LinkageError e) {
                missing.add(each.what() + ": " + e);
            }
        }
        return new Report(touched, missing, System.nanoTime() - start);
    }

    private static Class<?> initialize(String className) throws ClassNotFoundException {
        return Class.forName(className, true, ClassLoader.getPlatformClassLoader());
    }

    private static int loadLibraries() {
        int missing = 0;
        for (String name : CLASSES_WITH_LIBRARIES) {
            try {
                initialize(name);
            } catch (ClassNotFoundException notInThisRuntime) {
                missing++;
            }
        }
        return missing;
    }

    private static int allProviders() {
        int services = 0;
        for (Provider provider : Security.getProviders()) {
            services += provider.getServices().size();
        }
        return services;
    }

    /** Class files before version 50 are verified by the old verifier: Java Virtual Machine Specification, 4.10. */
    private static Object verifyAnOldClass() throws IllegalAccessException {
        byte[] old =
                ClassFile.of()
                        .build(
                                ClassDesc.of(WarmUp.class.getPackageName(), "Old"),
                                type -> type.withVersion(ClassFile.JAVA_5_VERSION, 0));
        return MethodHandles.lookup().defineHiddenClass(old, true);
    }
}
