package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.cofferdam.monitor.config.CardModel;
import org.cofferdam.monitor.config.DriverImage;
import org.cofferdam.monitor.pci.Assignability;
import org.cofferdam.monitor.pci.PciBus;
import org.cofferdam.monitor.pci.PciDevice;
import org.cofferdam.monitor.pci.Verdict;

/** The Ethernet cards of a machine, each with the verdict on it, for reading and for programs. */
record CardList(List<Card> cards) {
    record Card(PciDevice device, Verdict verdict) {}

    /** Looks at each card; as without {@code --allow-unsafe-interrupts}. */
    static CardList of(PciBus bus, Assignability assignability) {
        return new CardList(
                bus.devices().stream()
                        .filter(PciDevice::isEthernet)
                        .map(d -> new Card(d, assignability.judge(d, driverFor(d), false)))
                        .toList());
    }

    /** Whose driver can run it: the built-in one if that can. */
    private static DriverImage.Driver driverFor(PciDevice card) {
        return card.model().isPresent() ? DriverImage.Driver.BUILT_IN : DriverImage.Driver.KERNEL;
    }

    /** A table, and under each card that may not be assigned a line that says why. */
    String text() {
        if (cards.isEmpty()) {
            return "no Ethernet card on the PCI bus\n";
        }
        String row = "%-12s  %-9s  %-8s  %-10s  %5s  %-15s  %s%n";
        StringBuilder out = new StringBuilder(512);
        out.append(
                row.formatted(
                        "ADDRESS", "ID", "MODEL", "DRIVER", "GROUP", "INTERFACE", "ASSIGNABLE"));
        for (Card card : cards) {
            PciDevice d = card.device();
            out.append(
                    row.formatted(
                            d.address(),
                            d.id(),
                            d.model().map(CardModel::label).orElse("-"),
                            d.driver().orElse("-"),
                            d.iommuGroup().isPresent() ? d.iommuGroup().getAsInt() : "-",
                            d.netdevs().isEmpty() ? "-" : String.join(",", d.netdevs()),
                            assignable(card)));
            if (card.verdict() instanceof Verdict.Refused no) {
                out.append("  ").append(no.sentence()).append('\n');
            }
        }
        return out.toString();
    }

    private static String assignable(Card card) {
        if (card.verdict() instanceof Verdict.Refused) {
            return "no";
        }
        return driverFor(card.device()) == DriverImage.Driver.KERNEL ? "with --image linux" : "yes";
    }

    /** An array of objects. Names of fields are only ever added to. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.writeStartArray();
            for (Card card : cards) {
                write(card, out);
            }
            out.writeEndArray();
            out.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.toString();
    }

    private static void write(Card card, JsonGenerator out) throws IOException {
        PciDevice d = card.device();
        out.writeStartObject();
        out.writeStringField("address", d.address().toString());
        out.writeStringField("id", d.id());
        if (d.model().isPresent()) {
            out.writeStringField("model", d.model().get().label());
        }
        if (d.driver().isPresent()) {
            out.writeStringField("driver", d.driver().get());
        }
        if (d.iommuGroup().isPresent()) {
            out.writeNumberField("group", d.iommuGroup().getAsInt());
        }
        out.writeArrayFieldStart("netdevs");
        for (String netdev : d.netdevs()) {
            out.writeString(netdev);
        }
        out.writeEndArray();
        out.writeBooleanField("assignable", card.verdict() instanceof Verdict.Assignable);
        if (driverFor(d) == DriverImage.Driver.KERNEL) {
            out.writeStringField("image", "linux"); // the only one that can have a driver for it
        }
        if (card.verdict() instanceof Verdict.Refused no) {
            out.writeStringField("reason", no.reason());
            out.writeStringField("cure", no.cure());
            out.writeNumberField("exitCode", no.exitCode().code());
        }
        out.writeEndObject();
    }
}
