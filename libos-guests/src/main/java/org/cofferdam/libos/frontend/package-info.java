/**
 * The front end of vhost-user: how a guest passes its memory and its rings to a back end over a Unix socket, and takes
 * them to the next back end when that one is gone.
 *
 * <p>Lives here: the connection with its messages ({@link org.cofferdam.libos.frontend.BackEnd}) and the order in which
 * they are said ({@link org.cofferdam.libos.frontend.Attachment}). Called when a card is made and when its back end has
 * gone, never for a frame.
 *
 * <p>One thread, the card's. The back end is trusted with the memory that it is passed and with nothing else: its answers
 * are checked for their request, length and range.
 */
@NullMarked
package org.cofferdam.libos.frontend;

import org.jspecify.annotations.NullMarked;
