package railway

// FilterMatches reports whether a line that was written to stdout matches a filter.
func FilterMatches(filter, line string) bool { return parseFilter(filter)(parseLine("stdout", line)) }

// ParseLine takes a line apart as the log does.
func ParseLine(stream, text string) (message, severity string, attributes map[string]string) {
	l := parseLine(stream, text)
	attributes = map[string]string{}
	for _, a := range l.Attributes {
		attributes[a.Key] = a.Value
	}
	return l.Message, l.Severity, attributes
}
