package railwaytest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"slices"
)

// Archive is a tar.gz of these files, by name.
func Archive(files map[string]string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		// Writing to a buffer does not fail, and a bad header fails the test that reads the archive.
		_ = t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))})
		_, _ = t.Write([]byte(files[name]))
	}
	_ = t.Close()
	_ = z.Close()
	return b.Bytes()
}
