package env

// MendText is Fix for the text of one example, without files.
var MendText = mendText

// Reading is what one of the readers makes of a text behind A=, as far as it depends on nothing else.
func Reading(reader Readers, tail string) (value string, ok bool) {
	l := line{tail: tail}
	switch reader {
	case Next:
		return readNext(l)
	case Python:
		return readPython(l)
	case Bash:
		return readBash(l)
	}
	return readDocker(l)
}

// Difference is the line from which on godotenv would read a text differently if our entries were others.
func Difference(text string, tamper func([]Entry) []Entry) int {
	s := scan("", []byte(text))
	s.entries = tamper(s.entries)
	return s.difference()
}
