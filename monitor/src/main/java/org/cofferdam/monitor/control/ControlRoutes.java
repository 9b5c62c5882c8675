package org.cofferdam.monitor.control;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.GuestChange;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.MacAddress;
import org.cofferdam.monitor.config.OperatorError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each method and path does. Control thread only. Knows nothing of sockets: a call comes in as texts, an {@link
 * Answer} goes out. A call is checked, then recorded, then made, in this order: what takes effect is on record, and on
 * the device.
 */
final class ControlRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(ControlRoutes.class);
    private static final int MAX_REASON = 120;
    private static final String PORTS = "/v1/ports";
    private static final String GUESTS = "/v1/guests";
    private static final String CONSOLE = "/v1/console";
    private static final String BLOCKS = "/v1/audit/blocks";

    private final MonitorService service;
    private final CallRecorder recorder;
    private final int ownUid;
    private final Map<String, Map<String, Route>> routes = new TreeMap<>();

    /** One thing that can be asked. Preparing checks the input; the prepared call takes effect. */
    private interface Route {
        Prepared prepare(String rest, byte[] body);
    }

    private record Prepared(String arguments, Effect effect) {}

    private interface Effect {
        CompletionStage<Answer> make();
    }

    ControlRoutes(MonitorService service, CallRecorder recorder, int ownUid) {
        this.service = service;
        this.recorder = recorder;
        this.ownUid = ownUid;
        route(
                "GET",
                "/v1/status",
                (rest, body) ->
                        now(
                                () ->
                                        Answer.json(
                                                200,
                                                out -> StatusJson.write(service.status(), out))));
        route(
                "GET",
                "/metrics",
                (rest, body) -> now(() -> Answer.text(Metric.text(service.status()))));
        route(
                "GET",
                PORTS,
                (rest, body) ->
                        now(
                                () ->
                                        Answer.json(
                                                200,
                                                out ->
                                                        StatusJson.ports(
                                                                service.listPorts(), out))));
        route("GET", CONSOLE, (rest, body) -> console("0"));
        route("GET", CONSOLE + "?after=", (rest, body) -> console(rest));
        route("GET", BLOCKS, (rest, body) -> blocks(""));
        route("GET", BLOCKS + "?", (rest, body) -> blocks(rest));
        route("POST", "/v1/stop", this::stop);
        route("POST", "/v1/driver/restart", this::restart);
        route("POST", PORTS, this::addPort);
        route("DELETE", PORTS + "/", this::removePort);
        route(
                "GET",
                GUESTS,
                (rest, body) ->
                        now(
                                () ->
                                        Answer.json(
                                                200,
                                                out ->
                                                        StatusJson.guests(
                                                                service.listGuests(), out))));
        route("POST", GUESTS, this::addGuest);
        route("POST", "/v1/audit/key", this::changeKey);
        route("GET", GUESTS + "/", this::showGuest);
        route("PATCH", GUESTS + "/", this::changeGuest);
        route("DELETE", GUESTS + "/", this::removeGuest);
        route("POST", "/v1/capture", this::capture);
    }

    private void route(String method, String path, Route route) {
        routes.computeIfAbsent(path, p -> new TreeMap<>()).put(method, route);
    }

    /**
     * Makes a call.
     *
     * @param path of the request, without a query: but for the log's blocks, queries are not used and not accepted
     * @return the answer; never completes exceptionally
     */
    CompletionStage<Answer> call(Caller caller, String method, String path, byte[] body) {
        try {
            if (caller.uid() != 0 && caller.uid() != ownUid) {
                LOG.warn(
                        "control: uid {} pid {} refused: {} {}",
                        caller.uid(),
                        caller.pid(),
                        method,
                        path);
                record(caller, false, method + " " + path);
                return answered(
                        Answer.error(
                                403,
                                ExitCode.REFUSED,
                                "uid "
                                        + caller.uid()
                                        + " may not control this monitor; call it as root or as the user it runs as"));
            }
            return allowed(caller, method, path, body);
        } catch (RuntimeException e) {
            return answered(failed(e));
        }
    }

    private CompletionStage<Answer> allowed(
            Caller caller, String method, String path, byte[] body) {
        String rest = "";
        Map<String, Route> methods = routes.get(path);
        for (String of : List.of(PORTS + "/", GUESTS + "/", BLOCKS + "?", CONSOLE + "?after=")) {
            if (methods == null && path.startsWith(of)) {
                methods = routes.get(of);
                rest = path.substring(of.length());
            }
        }
        if (methods == null || path.endsWith("/")) {
            record(caller, true, method + " " + path);
            return answered(
                    Answer.error(
                            404,
                            ExitCode.USAGE,
                            "there is no "
                                    + path
                                    + " here; see monitor/README.md for the control API"));
        }
        Route route = methods.get(method);
        if (route == null) {
            record(caller, true, method + " " + path);
            String allow = String.join(", ", methods.keySet());
            return answered(
                    Answer.methodNotAllowed(path + " takes " + allow + ", not " + method, allow));
        }
        Prepared call = route.prepare(rest, body);
        String text = method + " " + path + call.arguments();
        if (method.equals("GET")) {
            record(caller, true, text);
        } else {
            recorder.recordBeforeEffect(caller, oneLine(text));
        }
        return call.effect().make().exceptionally(ControlRoutes::failed);
    }

    private void record(Caller caller, boolean allowed, String call) {
        String text = oneLine(call);
        if (!allowed) {
            LOG.warn("control: refused uid {} pid {}: {}", caller.uid(), caller.pid(), text);
        }
        recorder.record(caller, allowed, text);
    }

    private static Prepared blocks(String query) {
        BlockSender.Request request = BlockSender.Request.parse(query);
        return new Prepared("", () -> answered(Answer.blocks(request)));
    }

    private Prepared console(String after) {
        if (!after.matches("[0-9]{1,18}")) {
            throw OperatorError.usage("after takes the number of a line, not \"" + after + "\"");
        }
        long first = Long.parseLong(after);
        return now(() -> Answer.json(200, out -> StatusJson.console(service.console(first), out)));
    }

    /** Neither the log nor the record is to be forged. */
    private static String oneLine(String call) {
        String line = call.replaceAll("\\p{Cntrl}", " ");
        return line.substring(0, Math.min(line.length(), CallRecorder.MAX_DESCRIPTION));
    }

    private Prepared stop(String rest, byte[] bytes) {
        CallBody body = CallBody.parse(bytes, Set.of("reason"));
        String reason = reason(body);
        return new Prepared(body.toString(), () -> done(service.stop(reason)));
    }

    private Prepared restart(String rest, byte[] bytes) {
        CallBody body = CallBody.parse(bytes, Set.of("reason", "kill"));
        String reason = reason(body);
        boolean kill = body.flag("kill");
        return new Prepared(
                body.toString(),
                () -> done(kill ? service.killDriver(reason) : service.restartDriver(reason)));
    }

    private Prepared changeKey(String rest, byte[] bytes) {
        CallBody.parse(bytes, Set.of());
        return new Prepared("", () -> done(service.changeAuditKey()));
    }

    private Prepared addPort(String rest, byte[] bytes) {
        CallBody body = CallBody.parse(bytes, Set.of("netdev", "mac", "toHost", "toPorts"));
        PortRequest request =
                new PortRequest(
                        body.required("netdev", InterfaceName::new),
                        body.required("mac", MacAddress::parse),
                        body.flag("toHost"),
                        body.flag("toPorts"));
        return new Prepared(body.toString(), () -> done(service.addPort(request)));
    }

    private Prepared removePort(String rest, byte[] bytes) {
        CallBody.parse(bytes, Set.of());
        InterfaceName netdev;
        try {
            netdev = new InterfaceName(rest);
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(String.valueOf(e.getMessage()));
        }
        return new Prepared("", () -> done(service.removePort(netdev)));
    }

    private Prepared addGuest(String rest, byte[] bytes) {
        Set<String> fields = new TreeSet<>(GuestSpec.FIELDS);
        fields.add("name");
        CallBody body = CallBody.parse(bytes, fields);
        GuestName name = body.required("name", GuestName::new);
        GuestSpec guest;
        try {
            guest = GuestSpec.of(name, field -> body.text(field, text -> text));
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(String.valueOf(e.getMessage()));
        }
        return new Prepared(body.toString(), () -> done(service.addGuest(guest)));
    }

    private Prepared showGuest(String rest, byte[] bytes) {
        GuestName name = guestName(rest, bytes);
        return now(
                () -> {
                    MonitorStatus.Guest found =
                            service.listGuests().stream()
                                    .filter(g -> g.name().equals(name.value()))
                                    .findFirst()
                                    .orElseThrow(
                                            () ->
                                                    OperatorError.refused(
                                                            "there is no guest "
                                                                    + name
                                                                    + "; 'monitor guest list' shows them"));
                    return Answer.json(200, out -> StatusJson.guest(found, out));
                });
    }

    private Prepared changeGuest(String rest, byte[] bytes) {
        CallBody body = CallBody.parse(bytes, GuestChange.FIELDS);
        try {
            GuestName name = new GuestName(rest);
            GuestChange change = GuestChange.of(field -> body.text(field, text -> text));
            return new Prepared(body.toString(), () -> done(service.changeGuest(name, change)));
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(String.valueOf(e.getMessage()));
        }
    }

    private Prepared removeGuest(String rest, byte[] bytes) {
        GuestName name = guestName(rest, bytes);
        return new Prepared("", () -> done(service.removeGuest(name)));
    }

    private Prepared capture(String rest, byte[] bytes) {
        CallBody body = CallBody.parse(bytes, CaptureRequest.FIELDS);
        CaptureRequest request = CaptureRequest.of(body);
        return new Prepared(
                body.toString(), () -> service.capture(request).thenApply(Answer::frames));
    }

    /** What came of a call that went on for a while, on record under its caller's name. */
    void ended(Caller caller, String what) {
        try {
            record(caller, true, what);
        } catch (RuntimeException e) {
            LOG.warn("control: not on record: {} ({})", what, e.toString());
        }
    }

    private static GuestName guestName(String rest, byte[] bytes) {
        CallBody.parse(bytes, Set.of());
        try {
            return new GuestName(rest);
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(String.valueOf(e.getMessage()));
        }
    }

    private static String reason(CallBody body) {
        Optional<String> reason =
                body.text(
                        "reason",
                        r -> {
                            if (r.length() > MAX_REASON) {
                                throw new IllegalArgumentException(
                                        "a reason has at most " + MAX_REASON + " characters");
                            }
                            return r.replaceAll("\\p{Cntrl}", " ");
                        });
        return reason.orElse("operator");
    }

    private static Prepared now(Supplier<Answer> answer) {
        return new Prepared("", () -> answered(answer.get()));
    }

    private static CompletionStage<Answer> answered(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static CompletionStage<Answer> done(CompletionStage<Void> stage) {
        return stage.thenApply(nothing -> Answer.done());
    }

    private static Answer failed(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown;
        if (cause instanceof OperatorError e) {
            return Answer.error(e);
        }
        return Answer.error(
                500,
                ExitCode.FAILURE,
                "the monitor could not do it ("
                        + cause.getClass().getSimpleName()
                        + ": "
                        + cause.getMessage()
                        + "); see the monitor's log");
    }
}
