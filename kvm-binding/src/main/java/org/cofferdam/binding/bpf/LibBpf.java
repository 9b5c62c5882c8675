package org.cofferdam.binding.bpf;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Libc;

/**
 * libbpf 1.x, bpf/libbpf.h and bpf/bpf.h. Addresses and sizes are {@code long}. A failing call returns the
 * negated error number; one that returns an address returns 0 and leaves errno. Public because jnr-ffi must see
 * it; no other package may use it.
 */
public interface LibBpf {
    /** The one instance, which writes nothing to standard error. */
    LibBpf B = load();

    long libbpf_set_print(long callback);

    int libbpf_num_possible_cpus();

    long bpf_object__open_mem(long elf, long length, long options);

    int bpf_object__load(long object);

    void bpf_object__close(long object);

    long bpf_object__find_program_by_name(long object, long name);

    int bpf_program__fd(long program);

    int bpf_object__find_map_fd_by_name(long object, long name);

    int bpf_obj_get_info_by_fd(int fd, long info, long length);

    int bpf_prog_get_fd_by_id(int id);

    int bpf_map_lookup_elem(int map, long key, long value);

    int bpf_map_update_elem(int map, long key, long value, long flags);

    int bpf_map_delete_elem(int map, long key);

    int bpf_xdp_attach(int ifindex, int program, int flags, long options);

    int bpf_xdp_detach(int ifindex, int flags, long options);

    int bpf_tc_hook_create(long hook);

    int bpf_tc_hook_destroy(long hook);

    int bpf_tc_attach(long hook, long options);

    int bpf_tc_detach(long hook, long options);

    int bpf_tc_query(long hook, long options);

    /** Throws if {@code result} is a negated error number. */
    static int check(int result, String call, String detail) {
        if (result < 0) {
            throw new NativeCallException(call, -result, detail);
        }
        return result;
    }

    private static LibBpf load() {
        // Proves, before the first call from here, that jnr-ffi passes six arguments rightly.
        Libc _ = Libc.C;
        LibBpf bpf;
        try {
            bpf =
                    LibraryLoader.create(LibBpf.class)
                            .option(LibraryOption.SaveError, true)
                            .failImmediately()
                            .load("libbpf.so.1");
        } catch (UnsatisfiedLinkError e) {
            throw new IllegalStateException(
                    "libbpf.so.1 is missing. Install it: apt-get install -y libbpf1", e);
        }
        bpf.libbpf_set_print(0);
        return bpf;
    }
}
