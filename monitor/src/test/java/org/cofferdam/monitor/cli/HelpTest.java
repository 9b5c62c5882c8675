package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cofferdam.monitor.config.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "start",
                "devices",
                "status",
                "stop",
                "restart-driver",
                "port",
                "port add",
                "port remove",
                "port list",
                "audit",
                "audit tail",
                "audit verify"
            })
    void everyCommandExplainsItselfWithExamples(String command) {
        CommandRun help = CommandRun.of((command + " --help").strip().split(" "));
        assertEquals(0, help.exitCode());
        assertEquals("", help.err());
        assertTrue(help.out().contains("Examples:\n  monitor " + command), help.out());
    }

    @Test
    void theStartsHelpNamesEverySetting() {
        String help = CommandRun.of("start", "--help").out();
        for (Setting setting : Setting.values()) {
            String form = setting.isSwitch() ? "%s[=%s]" : "%s=%s";
            assertTrue(
                    help.contains(form.formatted(setting.option(), setting.valueLabel())),
                    setting.option());
        }
    }

    @Test
    void theVersionIsOneLine() {
        CommandRun version = CommandRun.of("--version");
        assertEquals(0, version.exitCode());
        assertTrue(version.out().matches("Cofferdam monitor \\S+\\n"), version.out());
    }
}
