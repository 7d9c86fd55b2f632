package spec

import (
	"regexp"
	"strconv"
)

var sizeShape = regexp.MustCompile(`^([0-9]{1,12}) ?(B|KB|MB|GB)$`)

// size reads a number of bytes such as "50MB", in the units of Supabase: 1 MB is 1,048,576 bytes.
func size(to *int64) func(value) {
	return func(v value) {
		m := sizeShape.FindStringSubmatch(v.node.Value)
		if m == nil {
			v.wrong(v.path+" is not a size", "write it like 500KB, 50MB or 2GB")
			return
		}
		n, err := strconv.ParseInt(m[1], 10, 64)
		unit := map[string]int64{"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}[m[2]]
		if err != nil || n == 0 || n > (1<<50)/unit {
			v.wrong(v.path+" is out of range", "it must be above zero and at most 1,048,576GB")
		} else {
			*to = n * unit
		}
	}
}
