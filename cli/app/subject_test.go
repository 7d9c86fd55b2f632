package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"readme/cli/app"
)

func TestPrune_keepsTheNewestArchivesAndWhatIsAtWork(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, age time.Duration) {
		t.Helper()
		path := filepath.Join(dir, name)
		if filepath.Ext(name) == ".files" {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			path = filepath.Join(path, "page.js")
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"new-at-work.files", "new-at-work.tar.gz", "young.tar.gz"}
	for _, name := range want {
		write(name, time.Minute)
	}
	for i := range 12 {
		name := fmt.Sprintf("old-%02d.tar.gz", i)
		write(name, time.Duration(2+i)*time.Hour)
		if i < 10 {
			want = append(want, name)
		}
	}
	write("new-killed.files", 2*time.Hour)
	write("new-killed.tar.gz", 2*time.Hour)
	app.Prune(dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
