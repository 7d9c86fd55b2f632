package env

import (
	"slices"

	"readme/cli/release"
)

// File is a .env file: what godotenv, and so readme-ops, reads in it, and its text to the last byte.
type File struct {
	Path    string
	Entries []Entry        // in file order; of a key that stands there twice, each
	text    release.Secret // what it was scanned from
}

// Entry is one variable.
type Entry struct {
	Key         string
	At          release.Place  // of the key
	End         int            // the last line of the value
	Value       release.Secret // as godotenv reads it
	Raw         release.Secret // as it stands there, with its quotes, without the comment behind it
	Quote       byte           // '"', '\'' or 0
	Export      bool           // export KEY=value
	Inline      string         // the comment behind the value, without #
	Doc         []string       // the comment lines directly above, without "# "; annotations among them
	Annotations []Annotation   // of Doc
	First       release.Place  // where the same key stood before; the zero Place where it did not

	key, sign, raw, rawEnd int // byte offsets: of the key, behind the = and of the raw value
}

// Again reports whether the same key stood in the file before.
func (e Entry) Again() bool { return e.First.Line > 0 }

// Top is the first line of the comments directly above the entry, or its own.
func (e Entry) Top() int { return e.At.Line - len(e.Doc) }

// Annotation finds one of varlock's annotations above the entry.
func (e Entry) Annotation(name string) (Annotation, bool) {
	i := slices.IndexFunc(e.Annotations, func(a Annotation) bool { return a.Name == name })
	if i < 0 {
		return Annotation{}, false
	}
	return e.Annotations[i], true
}

// Get finds an entry: of a key that stands there twice the last one, which is the one that counts.
func (f File) Get(key string) (Entry, bool) {
	for _, e := range slices.Backward(f.Entries) {
		if e.Key == key {
			return e, true
		}
	}
	return Entry{}, false
}

// Bytes is the text of the file, to the last byte as it was scanned.
func (f File) Bytes() []byte { return []byte(f.text.Reveal()) }

// ReadFile reads a .env file. What is wrong with its lines are findings; the error is only that the file cannot be
// read, and fs.ErrNotExist if it is not there.
func ReadFile(path string) (File, []Finding, error) {
	data, err := readAll(path)
	if err != nil {
		return File{}, nil, err
	}
	f, findings := Parse(path, data)
	return f, findings, nil
}
