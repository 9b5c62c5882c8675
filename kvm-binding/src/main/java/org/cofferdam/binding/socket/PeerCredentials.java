package org.cofferdam.binding.socket;

/**
 * Who was at the other end when the connection was made, by the kernel's word (SO_PEERCRED, unix(7)).
 *
 * @param pid process id, 0 if it lives in another process namespace
 * @param uid effective user id
 * @param gid effective group id
 */
public record PeerCredentials(int pid, int uid, int gid) {}
