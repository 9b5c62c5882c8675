package org.cofferdam.monitor.cli;

import picocli.CommandLine.ITypeConverter;

/** Lets picocli read an {@link OutputFormat}. */
final class OutputFormatConverter implements ITypeConverter<OutputFormat> {
    @Override
    public OutputFormat convert(String value) {
        return OutputFormat.parse(value);
    }
}
