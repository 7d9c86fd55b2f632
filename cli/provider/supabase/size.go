package supabase

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// size is a number of bytes. Storage answers with the number and takes "50MB" as well, which is 50,000,000 there; a
// text is read like that, should one come back.
type size int64

// UnmarshalJSON reads a number or a text. It keeps the value as it is for null.
func (s *size) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if bytes.HasPrefix(raw, []byte(`"`)) && json.Unmarshal(raw, &text) != nil {
		return fmt.Errorf("%s is no size", raw)
	}
	unit := 1.0
	for _, u := range []struct {
		name  string
		bytes float64
	}{{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}} {
		if n, ok := strings.CutSuffix(strings.ToUpper(text), u.name); ok {
			text, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n*unit >= math.MaxInt64 {
		return fmt.Errorf("%s is no size", raw)
	}
	*s = size(n * unit)
	return nil
}
