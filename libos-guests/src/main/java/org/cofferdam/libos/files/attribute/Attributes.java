package org.cofferdam.libos.files.attribute;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Attributes by their names: {@code size}, {@code posix:permissions,owner}, {@code basic:*}. */
public final class Attributes {
    private static final Map<String, Function<BasicFileAttributes, @Nullable Object>> BASIC =
            new LinkedHashMap<>();
    private static final Map<String, Function<PosixFileAttributes, @Nullable Object>> POSIX =
            new LinkedHashMap<>();

    static {
        BASIC.put("lastModifiedTime", BasicFileAttributes::lastModifiedTime);
        BASIC.put("lastAccessTime", BasicFileAttributes::lastAccessTime);
        BASIC.put("creationTime", BasicFileAttributes::creationTime);
        BASIC.put("size", BasicFileAttributes::size);
        BASIC.put("isRegularFile", BasicFileAttributes::isRegularFile);
        BASIC.put("isDirectory", BasicFileAttributes::isDirectory);
        BASIC.put("isSymbolicLink", BasicFileAttributes::isSymbolicLink);
        BASIC.put("isOther", BasicFileAttributes::isOther);
        BASIC.put("fileKey", BasicFileAttributes::fileKey);
        POSIX.put("owner", PosixFileAttributes::owner);
        POSIX.put("group", PosixFileAttributes::group);
        POSIX.put("permissions", PosixFileAttributes::permissions);
    }

    private Attributes() {}

    /** The views that there are. */
    public static Set<String> views() {
        return Set.of("basic", "posix", "owner");
    }

    /**
     * Reads some.
     *
     * @throws UnsupportedOperationException if there is no such view
     * @throws IllegalArgumentException if the view has no such attribute, or none is named
     */
    public static Map<String, Object> read(PosixFileAttributes from, String what) {
        int colon = what.indexOf(':');
        String view = colon < 0 ? "basic" : what.substring(0, colon);
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        if (!views().contains(view)) {
            throw new UnsupportedOperationException("View '" + view + "' not available");
        }
        if (!view.equals("owner")) {
            BASIC.forEach((name, get) -> all.put(name, get.apply(from)));
        }
        if (view.equals("posix")) {
            POSIX.forEach((name, get) -> all.put(name, get.apply(from)));
        }
        if (view.equals("owner")) {
            all.put("owner", from.owner());
        }
        Map<String, Object> found = new HashMap<>();
        for (String name : what.substring(colon + 1).split(",", -1)) {
            if (name.equals("*")) {
                all.forEach((key, value) -> put(found, key, value));
            } else if (all.containsKey(name)) {
                put(found, name, all.get(name));
            } else {
                throw new IllegalArgumentException("'" + name + "' not recognized");
            }
        }
        return found;
    }

    private static void put(Map<String, Object> to, String name, @Nullable Object value) {
        if (value != null) {
            to.put(name, value);
        }
    }

    /** Writes one, through a view. */
    public static void write(PosixFileAttributeView view, String what, Object value)
            throws IOException {
        int colon = what.indexOf(':');
        String viewName = colon < 0 ? "basic" : what.substring(0, colon);
        if (!views().contains(viewName)) {
            throw new UnsupportedOperationException("View '" + viewName + "' not available");
        }
        boolean basic = !viewName.equals("owner");
        boolean posix = viewName.equals("posix");
        String name = what.substring(colon + 1);
        if (basic && name.equals("lastModifiedTime")) {
            view.setTimes((FileTime) value, null, null);
        } else if (basic && name.equals("lastAccessTime")) {
            view.setTimes(null, (FileTime) value, null);
        } else if (basic && name.equals("creationTime")) {
            view.setTimes(null, null, (FileTime) value);
        } else if (posix && name.equals("permissions")) {
            view.setPermissions(permissions(value));
        } else if (!viewName.equals("basic") && name.equals("owner")) {
            view.setOwner((java.nio.file.attribute.UserPrincipal) value);
        } else if (posix && name.equals("group")) {
            view.setGroup((java.nio.file.attribute.GroupPrincipal) value);
        } else {
            throw new IllegalArgumentException("'" + what + "' not recognized, or read-only");
        }
    }

    /** The permissions that a new file is to have; null: none are named. */
    public static @Nullable Set<PosixFilePermission> ofNew(FileAttribute<?>... wanted) {
        Set<PosixFilePermission> permissions = null;
        for (FileAttribute<?> each : List.of(wanted)) {
            if (!each.name().equals("posix:permissions")) {
                throw new UnsupportedOperationException(
                        "'" + each.name() + "' cannot be set when a file is made");
            }
            permissions = permissions(each.value());
        }
        return permissions;
    }

    private static Set<PosixFilePermission> permissions(Object value) {
        Set<PosixFilePermission> permissions = java.util.EnumSet.noneOf(PosixFilePermission.class);
        for (Object each : (Set<?>) value) {
            permissions.add((PosixFilePermission) each);
        }
        return permissions;
    }
}
