package org.cofferdam.libos.program;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import org.cofferdam.libos.files.HostFiles;
import org.jspecify.annotations.Nullable;

/** The JDK's trust managers; with no key store, over the certificates that were read at start-up. */
final class TrustFactory extends TrustManagerFactorySpi {
    private static final String STORE = "javax.net.ssl.trustStore";

    private final KeyStore certificates;
    private @Nullable TrustManagerFactory jdks;

    TrustFactory(KeyStore certificates) {
        this.certificates = certificates;
    }

    /** The default trust store, found as JSSE's reference guide says. Needs files. */
    static KeyStore certificates() throws GeneralSecurityException, IOException {
        Path security = HostFiles.system().getPath(System.getProperty("java.home"), "lib/security");
        String named = System.getProperty(STORE);
        Path jsse = security.resolve("jssecacerts");
        Path path =
                named != null
                        ? HostFiles.system().getPath(named)
                        : Files.exists(jsse) ? jsse : security.resolve("cacerts");
        KeyStore store =
                KeyStore.getInstance(System.getProperty(STORE + "Type", KeyStore.getDefaultType()));
        String password = System.getProperty(STORE + "Password");
        if (!Files.exists(path)) {
            store.load(null, null); // as JSSE has it: no store, nobody trusted
            return store;
        }
        try (InputStream in = Files.newInputStream(path)) {
            store.load(in, password == null ? null : password.toCharArray());
        }
        return store;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store) throws KeyStoreException {
        made().init(store == null ? certificates : store);
    }

    @Override
    protected void engineInit(ManagerFactoryParameters parameters)
            throws InvalidAlgorithmParameterException {
        try {
            made().init(parameters);
        } catch (KeyStoreException e) {
            throw new InvalidAlgorithmParameterException(e);
        }
    }

    @Override
    protected TrustManager[] engineGetTrustManagers() {
        TrustManagerFactory there = jdks;
        if (there == null) {
            throw new IllegalStateException("TrustManagerFactoryImpl is not initialized");
        }
        return there.getTrustManagers();
    }

    private TrustManagerFactory made() throws KeyStoreException {
        try {
            TrustManagerFactory made = TrustManagerFactory.getInstance("PKIX", "SunJSSE");
            jdks = made;
            return made;
        } catch (GeneralSecurityException e) {
            throw new KeyStoreException(e);
        }
    }
}
