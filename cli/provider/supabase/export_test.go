package supabase

import (
	"encoding/json"
	"errors"

	"readme/cli/provider"
)

// Code gives Storage's own word for a refusal, such as NoSuchBucket; "" if err holds none.
func Code(err error) string {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return ""
	}
	var r refusal
	if json.Unmarshal(e.Body, &r) != nil {
		return ""
	}
	if r.Code != "" {
		return r.Code
	}
	return r.Error
}
