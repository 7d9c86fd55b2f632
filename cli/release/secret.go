package release

import (
	"fmt"
	"log/slog"
)

// masked is what a Secret shows of itself, wherever it is printed.
const masked = "•••"

// Secret is a value that cannot print itself: not through fmt (whatever the verb), JSON, text or slog, and not
// as a field of a struct that somebody prints with %+v. Only Reveal gives it away, so every place that does can be found.
type Secret struct {
	// A pointer, because fmt prints the unexported fields of a nested struct without asking their methods.
	value *string
}

// NewSecret wraps value. The empty string is a legal secret, and Empty says so.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal returns the value itself, for the one call that sends it to where it belongs.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String masks the value.
func (s Secret) String() string { return masked }

// GoString masks the value for %#v.
func (s Secret) GoString() string { return masked }

// Format masks the value for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// MarshalJSON masks the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// MarshalText masks the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// LogValue masks the value in slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }
