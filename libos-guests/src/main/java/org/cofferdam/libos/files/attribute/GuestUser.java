package org.cofferdam.libos.files.attribute;

import java.io.IOException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** The one user of a guest, and its group. */
public record GuestUser(String name) implements GroupPrincipal {
    /** The one that the system property {@code user.name} names. */
    public static final GuestUser OWNER = new GuestUser(System.getProperty("user.name", "guest"));

    @Override
    public String getName() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Finds the one user, under this name. */
    public static UserPrincipalLookupService lookup() {
        return new UserPrincipalLookupService() {
            @Override
            public GuestUser lookupPrincipalByName(String name) throws IOException {
                if (name.equals(OWNER.name())) {
                    return OWNER;
                }
                throw new UserPrincipalNotFoundException(name);
            }

            @Override
            public GroupPrincipal lookupPrincipalByGroupName(String group) throws IOException {
                return lookupPrincipalByName(group);
            }
        };
    }
}
