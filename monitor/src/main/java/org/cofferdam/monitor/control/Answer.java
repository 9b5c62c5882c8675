package org.cofferdam.monitor.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.state.StarterProcess;

/**
 * The answer to one control call.
 *
 * @param status of HTTP
 * @param allow the methods that the path takes, where the call's was not one of them; else empty
 * @param blocks instead of a body, blocks of the audit log without an end that is known now
 * @param capture what goes on as the body of the answer; empty for all but captures
 */
record Answer(
        int status,
        String contentType,
        String body,
        String allow,
        Optional<BlockSender.Request> blocks,
        Optional<RunningCapture> capture) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Blocks of the audit log. */
    static Answer blocks(BlockSender.Request request) {
        return new Answer(
                200, "application/octet-stream", "", "", Optional.of(request), Optional.empty());
    }

    /** Writes one JSON value. */
    interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    static Answer json(int status, Body body) {
        StringWriter text = new StringWriter(1024);
        try (JsonGenerator out = JSON.createGenerator(text)) {
            body.write(out);
            out.writeRaw('\n'); // so that curl's output ends with a line
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return new Answer(status, "application/json", text.toString());
    }

    private Answer(int status, String contentType, String body) {
        this(status, contentType, body, "", Optional.empty(), Optional.empty());
    }

    /** Frames as they come, in the pcapng format. */
    static Answer frames(RunningCapture capture) {
        return new Answer(
                200, "application/x-pcapng", "", "", Optional.empty(), Optional.of(capture));
    }

    /** It is done, and by which process. */
    static Answer done() {
        return json(
                200,
                out -> {
                    out.writeStartObject();
                    out.writeBooleanField("ok", true);
                    out.writeNumberField("pid", StarterProcess.lastToEnd());
                    out.writeEndObject();
                });
    }

    static Answer text(String body) {
        return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", body);
    }

    /** One sentence and the exit code that the command line ends with. */
    static Answer error(int status, ExitCode exitCode, String sentence) {
        return json(
                status,
                out -> {
                    out.writeStartObject();
                    out.writeStringField("error", sentence);
                    out.writeNumberField("exitCode", exitCode.code());
                    out.writeEndObject();
                });
    }

    /** The path exists, but not for this method. */
    static Answer methodNotAllowed(String sentence, String allow) {
        Answer error = error(405, ExitCode.USAGE, sentence);
        return new Answer(
                error.status(),
                error.contentType(),
                error.body(),
                allow,
                Optional.empty(),
                Optional.empty());
    }

    static Answer error(OperatorError e) {
        int status =
                switch (e.exitCode()) {
                    case USAGE -> 400;
                    case REFUSED -> 403;
                    case ENVIRONMENT -> 409; // what was asked clashes with how the machine is
                    case FAILURE, OK -> 500;
                };
        return error(status, e.exitCode(), e.sentence());
    }
}
