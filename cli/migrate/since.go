package migrate

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"readme/cli/release"
)

// Since compares the files with those of another commit, such as the branch that a change goes to: sha256 by path. It
// gives the names of the new ones. An edited or deleted file, and a new one whose number is not above all that were there,
// are Faults: where the other commit was released, its files are applied, and this one would be refused, or run too late.
func Since(files []Migration, then map[string]string, base string) ([]string, error) {
	before, at, highest := map[string]string{}, map[string]string{}, int64(-1)
	for file, sum := range then {
		before[path.Base(file)], at[path.Base(file)] = sum, file
		var version int64
		if _, err := fmt.Sscanf(path.Base(file), "%d_", &version); err == nil {
			highest = max(highest, version)
		}
	}
	var fresh []string
	var faults release.Faults
	for _, m := range files {
		sum, known := before[m.Name]
		delete(before, m.Name)
		switch {
		case known && sum != m.SHA256:
			faults = append(faults, m.fault(0, m.Name+" differs from "+base, "it may be applied already: mend it by a new migration", "git checkout "+release.ShellWord(base)+" -- "+m.File))
		case known:
		case m.Version <= highest:
			faults = append(faults, m.fault(0, "a new migration stands before one of "+base, fmt.Sprintf("number %d is there already: databases that have it would run this one after it, and new ones before", highest),
				"git mv "+m.File+" "+path.Join(path.Dir(m.File), renumbered(m.Name, highest+1))))
		default:
			fresh = append(fresh, m.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		faults = append(faults, &release.Fault{
			Title: name + " is in " + base + ", and not here", Detail: "a database that has it would be refused: what it made is taken back by a new migration",
			Try: "git checkout " + release.ShellWord(base) + " -- " + at[name], Exit: release.ExitInvalid,
		})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return fresh, nil
}
