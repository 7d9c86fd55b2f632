package railway

// For the tests of the marker, which is read back in ways that no emulator produces.
var (
	Message     = message
	ParseMarker = parseMarker
	WithScheme  = withScheme
)
