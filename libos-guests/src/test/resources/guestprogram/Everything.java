package guestprogram;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.text.BreakIterator;
import java.text.Collator;
import java.text.DateFormat;
import java.text.MessageFormat;
import java.text.Normalizer;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.chrono.Chronology;
import java.time.chrono.HijrahDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.ResourceBundle;
import java.util.ServiceLoader;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.SAXParserFactory;
import javax.xml.stream.XMLInputFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;
import javax.xml.xpath.XPathFactory;
import org.xml.sax.InputSource;
import org.xml.sax.helpers.DefaultHandler;

/** A program that uses much of the JDK for the first time: each thing is tried, and told with what it threw. */
public final class Everything {
    private Everything() {}

    /** Names of what works and of what does not. */
    public static void main(String[] only) throws Exception {
        for (Map.Entry<String, Callable<String>> each : all()) {
            if (only.length > 0 && !List.of(only).contains(each.getKey())) {
                continue;
            }
            String what;
            try {
                what = "ok " + each.getKey() + " " + each.getValue().call();
            } catch (Throwable e) {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new java.io.PrintWriter(trace));
                what = "FAILED " + each.getKey() + " " + trace.toString().replace("\n", " | ");
            }
            System.out.println(what);
        }
        System.out.println("end");
        System.exit(0);
    }

    private static Map.Entry<String, Callable<String>> item(String name, Callable<String> what) {
        return Map.entry(name, what);
    }

    private static List<Map.Entry<String, Callable<String>>> all() {
        return List.of(
                item("lambda", Everything::lambdas),
                item("methodhandle", Everything::methodHandles),
                item("proxy", Everything::proxies),
                item("reflection", Everything::reflection),
                item("virtual", Everything::virtualThreads),
                item("pools", Everything::pools),
                item("regex", Everything::regex),
                item("normalizer", Everything::normalizer),
                item("charsets", Everything::charsets),
                item("zones", Everything::zones),
                item("locales", Everything::locales),
                item("text", Everything::text),
                item("currency", Everything::currencies),
                item("bundle", Everything::bundles),
                item("logging", Everything::logging),
                item("zip", Everything::zip),
                item("xml", Everything::xml),
                item("services", Everything::services),
                item("random", Everything::random),
                item("digests", Everything::digests),
                item("ciphers", Everything::ciphers),
                item("providers", Everything::providers),
                item("tls", Everything::tls),
                item("httpclient", Everything::httpClient),
                item("management", Everything::management),
                item("system", Everything::system),
                item("urls", Everything::urls),
                item("serialization", Everything::serialization),
                item("console", Everything::console),
                item("failure", Everything::failure));
    }

    private static String lambdas() {
        int base = new Random().nextInt(10);
        Function<Integer, Integer> plus = x -> x + base;
        String s = "a" + base + 'c' + 1.5f + plus.apply(3) + Duration.ofSeconds(3);
        record Point(int x, int y) {}
        Object o = new Point(1, 2);
        return s.length()
                + switch (o) {
                    case Point(int x, int y) when x > 5 -> "p" + y;
                    case Point p -> p.toString() + p.hashCode();
                    default -> "none";
                }
                + IntStream.range(0, 1000).parallel().mapToObj(i -> "x" + i).distinct().count();
    }

    private static String methodHandles() throws Exception {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MethodHandle h =
                    lookup.findVirtual(
                            String.class, "concat", MethodType.methodType(String.class, String.class));
            h = MethodHandles.filterReturnValue(
                            h,
                            lookup.findVirtual(
                                    String.class, "length", MethodType.methodType(int.class)));
            h = MethodHandles.insertArguments(h, 1, "tail").asType(MethodType.methodType(Object.class, Object.class));
            return "" + h.invoke((Object) "head");
        } catch (Throwable e) {
            throw new Exception(e);
        }
    }

    private static String proxies() {
        Runnable[] seen = new Runnable[1];
        Runnable r =
                (Runnable)
                        Proxy.newProxyInstance(
                                Everything.class.getClassLoader(),
                                new Class<?>[] {Runnable.class},
                                (p, m, a) -> {
                                    seen[0] = (Runnable) p;
                                    return null;
                                });
        r.run();
        return "" + (seen[0] == r);
    }

    private static String reflection() throws Exception {
        Object o = Class.forName("guestprogram.Everything$Late").getDeclaredConstructor().newInstance();
        return o.getClass().getRecordComponents() + " " + o.getClass().getAnnotation(Deprecated.class);
    }

    @Deprecated
    static final class Late {
        Late() {}
    }

    private static String virtualThreads() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = IntStream.range(0, 500).mapToObj(i -> threads.submit(() -> {
                                Thread.sleep(2); // parks the virtual thread
                                return i;
                            })).toList();
            int sum = 0;
            for (var each : all) {
                sum += each.get();
            }
            return "" + sum;
        }
    }

    private static String pools() throws Exception {
        try (ScheduledExecutorService timer = Executors.newScheduledThreadPool(2)) {
            timer.schedule(() -> 1, 1, TimeUnit.MILLISECONDS).get();
        }
        var map = new ConcurrentHashMap<String, Integer>();
        CompletableFuture.supplyAsync(() -> map.merge("a", 1, Integer::sum)).get(5, TimeUnit.SECONDS);
        return "" + ForkJoinPool.commonPool().submit(() -> 5).get() + map;
    }

    private static String regex() {
        return Pattern.compile("(?iu)\\p{IsGreek}+(?<n>\\d{2,})\\b\\X")
                        .matcher("ΑΒΓ123 ü")
                        .find()
                + "a1b2".replaceAll("\\p{javaLetter}", "_")
                + Character.getName('ü')
                + Character.codePointOf("LATIN SMALL LETTER U WITH DIAERESIS")
                + "\u01c5".toUpperCase(Locale.of("tr"));
    }

    private static String normalizer() {
        return Normalizer.normalize("ﬃ é", Normalizer.Form.NFKD).length()
                + java.net.IDN.toASCII("bücher.example");
    }

    private static String charsets() {
        int n = 0;
        for (Charset charset : Charset.availableCharsets().values()) {
            if (charset.canEncode()) {
                n += charset.decode(charset.encode("plain text")).length();
            } else {
                n += charset.decode(ByteBuffer.wrap(new byte[] {65, 66})).length();
            }
        }
        return Charset.availableCharsets().size() + " " + n;
    }

    private static String zones() {
        StringBuilder s = new StringBuilder();
        for (String zone :
                List.of("Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca")) {
            s.append(ZonedDateTime.of(LocalDate.of(2031, 7, 1).atStartOfDay(), ZoneId.of(zone)).getOffset());
            s.append(TimeZone.getTimeZone(zone).getOffset(0));
        }
        int n = 0;
        for (String zone : ZoneId.getAvailableZoneIds()) {
            n += ZoneId.of(zone).getRules().getOffset(Instant.now()).hashCode() % 2;
        }
        return s.toString() + (n > -10000) + ZoneId.systemDefault() + TimeZone.getDefault().getDisplayName(Locale.FRENCH);
    }

    private static String locales() {
        StringBuilder s = new StringBuilder();
        ZonedDateTime when = ZonedDateTime.of(2031, 7, 1, 2, 3, 4, 0, ZoneId.of("Asia/Tokyo"));
        for (String tag : List.of("de-CH", "ar-EG", "hi-IN", "th-TH-u-ca-buddhist", "ja-JP", "pt-BR", "zh-TW", "fa-IR", "sr-Latn-RS", "he-IL")) {
            Locale locale = Locale.forLanguageTag(tag);
            s.append(String.format(locale, "%,.2f %tB %tA %s", 12345.678, when, when, locale.getDisplayCountry(locale)));
            s.append(NumberFormat.getCurrencyInstance(locale).format(5));
            s.append(NumberFormat.getCompactNumberInstance(locale, NumberFormat.Style.LONG).format(123456));
            s.append(DateTimeFormatter.ofLocalizedDateTime(FormatStyle.FULL).withLocale(locale).format(when));
            s.append(DateFormat.getDateTimeInstance(DateFormat.FULL, DateFormat.FULL, locale).format(new Date(0)));
            s.append(Calendar.getInstance(locale).getFirstDayOfWeek());
            s.append(Currency.getInstance("EUR").getDisplayName(locale));
            s.append(Chronology.ofLocale(locale).dateNow());
        }
        return s.length() + " " + HijrahDate.now().isLeapYear() + Locale.getAvailableLocales().length;
    }

    private static String text() {
        BreakIterator words = BreakIterator.getWordInstance(Locale.of("th"));
        words.setText("สวัสดีครับ");
        int n = 0;
        while (words.next() != BreakIterator.DONE) {
            n++;
        }
        return n
                + MessageFormat.format("{0,number,#.##} {1,choice,0#none|1#one} {2,date,long}", 1.234, 1, new Date(0))
                + Collator.getInstance(Locale.of("sv")).compare("ä", "z")
                + new java.util.Scanner("1,5 x").useLocale(Locale.GERMANY).nextDouble()
                + new BigDecimal("1.5").toEngineeringString();
    }

    private static String currencies() {
        return Currency.getAvailableCurrencies().size() + Currency.getInstance(Locale.of("", "NP")).getSymbol();
    }

    private static String bundles() {
        return ResourceBundle.getBundle("guestprogram.words", Locale.of("de")).getString("hello")
                + ResourceBundle.getBundle("guestprogram.words", Locale.of("zz")).getString("hello");
    }

    private static String logging() {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            Logger log = Logger.getLogger("guest.program");
            log.log(Level.WARNING, "a {0} message", new Object[] {"formatted"});
            System.getLogger("guest.system").log(System.Logger.Level.ERROR, "another");
        } finally {
            System.setErr(before);
        }
        return "" + bytes.toString(StandardCharsets.UTF_8).contains("formatted message");
    }

    private static String zip() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(new GZIPOutputStream(bytes))) {
            zip.putNextEntry(new ZipEntry("x"));
            zip.write(new byte[5000]);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.toByteArray());
        try (ZipInputStream in =
                new ZipInputStream(new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray())))) {
            return in.getNextEntry() + " " + in.readAllBytes().length + (crc.getValue() != 0);
        }
    }

    private static String xml() throws Exception {
        String xml = "<!DOCTYPE a [<!ENTITY e 'entity'>]><a xmlns:n='u:n'><n:b c='d'>text &e; </n:b></a>";
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
        SAXParserFactory.newInstance().newSAXParser().parse(new InputSource(new StringReader(xml)), new DefaultHandler());
        var reader = XMLInputFactory.newInstance().createXMLStreamReader(new StringReader(xml));
        while (reader.hasNext()) {
            reader.next();
        }
        StringWriter out = new StringWriter();
        String sheet = "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'><r><xsl:value-of select='//@c'/></r></xsl:template></xsl:stylesheet>";
        TransformerFactory.newInstance().newTransformer(new StreamSource(new StringReader(sheet)))
                .transform(new StreamSource(new StringReader(xml)), new StreamResult(out));
        return XPathFactory.newInstance().newXPath().evaluate("//@c", document) + out;
    }

    private static String services() {
        StringBuilder s = new StringBuilder();
        ServiceLoader.load(Runnable.class).forEach(r -> s.append(r.getClass().getSimpleName()));
        return s.toString() + ServiceLoader.load(java.nio.file.spi.FileSystemProvider.class).stream().count()
                + ServiceLoader.load(java.util.spi.ToolProvider.class).stream().count();
    }

    private static String random() throws Exception {
        StringBuilder s = new StringBuilder();
        s.append(new SecureRandom().nextInt() != 0);
        s.append(SecureRandom.getInstance("DRBG").generateSeed(4).length);
        s.append(SecureRandom.getInstance("SHA1PRNG").nextInt() != 0);
        s.append(SecureRandom.getInstanceStrong().nextInt() != 0);
        s.append(UUID.randomUUID().version());
        s.append(RandomGenerator.of("L64X128MixRandom").nextInt() != 0);
        return s.toString() + RandomGeneratorFactory.all().count() + (Math.random() < 1) + new java.util.SplittableRandom().nextInt(1);
    }

    private static String digests() throws Exception {
        StringBuilder s = new StringBuilder();
        for (String each : List.of("MD5", "SHA-1", "SHA-256", "SHA-512/256", "SHA3-256")) {
            s.append(MessageDigest.getInstance(each).digest(new byte[3]).length).append(' ');
        }
        return s.toString();
    }

    private static String ciphers() throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(256);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, generator.generateKey());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        var pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
        var signature = java.security.Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update((byte) 1);
        return cipher.doFinal(new byte[10]).length + " " + mac.doFinal().length + " " + (signature.sign().length > 60)
                + Cipher.getMaxAllowedKeyLength("AES")
                + KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getFormat();
    }

    private static String providers() {
        int services = 0;
        for (Provider provider : Security.getProviders()) {
            services += provider.getServices().size();
        }
        return "" + (services > 100);
    }

    private static String tls() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init((KeyStore) null);
        int roots = ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers().length;
        SSLContext context = SSLContext.getDefault();
        SSLEngine engine = context.createSSLEngine("example.org", 443);
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("example.org")));
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        ByteBuffer hello = ByteBuffer.allocate(40_000);
        int bytes = engine.wrap(ByteBuffer.allocate(0), hello).bytesProduced();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        return (roots > 50) + " " + (bytes > 100) + keys.size();
    }

    private static String httpClient() {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofMillis(1)).build()) {
            return client.version() + HttpRequest.newBuilder(URI.create("http://10.0.0.1/")).build().method();
        }
    }

    private static String management() {
        var runtime = java.lang.management.ManagementFactory.getRuntimeMXBean();
        return (runtime.getUptime() > 0)
                + " "
                + (java.lang.management.ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() > 0)
                + java.lang.management.ManagementFactory.getThreadMXBean().getThreadCount() / 1000
                + (java.lang.management.ManagementFactory.getPlatformMBeanServer().getMBeanCount() > 5)
                + (ProcessHandle.current().pid() > 0);
    }

    private static String system() {
        return Runtime.version().feature() + " " + (Runtime.getRuntime().availableProcessors() > 0)
                + System.getenv().isEmpty() + System.lineSeparator().length() + new Properties().size()
                + StackWalker.getInstance().walk(s -> s.count() > 1);
    }

    private static String urls() throws Exception {
        URLConnection connection = Everything.class.getResource("words_de.properties").openConnection();
        connection.setUseCaches(true);
        String again = Everything.class.getResource("words_de.properties").toString();
        try (InputStream in = connection.getInputStream(); InputStream second = URI.create(again).toURL().openStream()) {
            return in.readAllBytes().length + " " + second.readAllBytes().length;
        }
    }

    private static String serialization() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(List.of("a", ZonedDateTime.now(), new java.util.HashMap<>(Map.of("k", 1))));
        }
        try (var in = new java.io.ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return "" + ((List<?>) in.readObject()).size();
        }
    }

    private static String console() throws Exception {
        return System.in.available() + " " + new java.io.BufferedReader(new java.io.InputStreamReader(System.in)).readLine()
                + (System.console() == null);
    }

    private static String failure() {
        try {
            Object o = "x";
            return "" + (Integer) o;
        } catch (ClassCastException e) {
            StringWriter out = new StringWriter();
            e.printStackTrace(new java.io.PrintWriter(out));
            try {
                Object none = null;
                return "" + none.hashCode();
            } catch (NullPointerException helpful) {
                return out.toString().length() > 50 ? "" + helpful.getMessage() : "short";
            }
        }
    }
}
