package steps

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"readme/cli/spec"
)

// railwayFiles warns of the files in the repository that would change how Railway builds and runs a service, against
// what release.yaml says. Dir is the project's folder.
func railwayFiles(dir string, d spec.Deploy) []string {
	var out []string
	for _, folder := range []string{"", "services/" + d.Name} {
		for _, name := range []string{"railway.json", "railway.toml"} {
			file := path.Join(folder, name)
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file))); err != nil {
				continue
			}
			out = append(out, fmt.Sprintf(
				"%s beats release.yaml at Railway, which ignores it from 2026-12-01 on; move what it says to release.yaml, and delete it", file))
		}
	}
	return out
}
