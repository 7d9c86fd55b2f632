package keep_test

import (
	"os"
	"path/filepath"
	"testing"

	"readme/cli/box/keep"
)

func TestWriteJSON_replacesAndLeavesNothingBeside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.json")
	var got []int
	if found, err := keep.ReadJSON(path, &got); found || err != nil {
		t.Fatalf("before the first write: found %v, %v", found, err)
	}
	for _, want := range [][]int{{1}, {1, 2}} {
		if err := keep.WriteJSON(path, want); err != nil {
			t.Fatal(err)
		}
		if found, err := keep.ReadJSON(path, &got); !found || err != nil || len(got) != len(want) {
			t.Fatalf("got %v, found %v, %v; want %v", got, found, err, want)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files, want 1", len(files))
	}
}

func TestWrite_keepsTheOldFileWhenItCannotFinish(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "by a folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := keep.Write(path, []byte("x")); err == nil {
		t.Error("a file replaced a folder")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files, want 1: the temporary file stayed", len(files))
	}
	if err := keep.Write(filepath.Join(dir, "missing", "x"), nil); err == nil {
		t.Error("wrote into a folder that is not there")
	}
	if err := keep.WriteJSON(filepath.Join(dir, "x"), make(chan int)); err == nil {
		t.Error("a channel became JSON")
	}
}

func TestReadJSON_namesAFileThatIsBroken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	var v any
	if found, err := keep.ReadJSON(path, &v); err == nil || found {
		t.Errorf("found %v, err %v", found, err)
	}
}
