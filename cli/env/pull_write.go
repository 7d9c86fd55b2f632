package env

import (
	"errors"
	"slices"

	"readme/cli/release"
)

// write puts the value of a variable into the file: in the place of the one that it has, or at the variable's place in the order
// of the matrix. A new file has a line for each variable, also for one without a value, under what it is.
func (p Pull) write(file File, i int, value release.Secret, fresh bool) (File, *Finding) {
	v := p.Matrix.Variables[i]
	out, err := file.With(v.Name, value)
	if _, there := file.Get(v.Name); !there {
		out, err = p.insert(file, i, value, fresh)
	}
	got, _ := out.Get(v.Name)
	if err == nil && got.Value.Reveal() != value.Reveal() {
		err = ErrQuote
	}
	if err == nil {
		return out, nil
	}
	fix := "no spelling of it in a .env file is read alike everywhere: keep it in a secret store, and write a reference to it into the file"
	if !errors.Is(err, ErrQuote) {
		fix = "its line in " + file.Path + " cannot be changed: write the value there by hand"
	}
	return file, &Finding{RuleDialect, v.At, v.Name + " cannot be written into " + file.Path, fix + "; nothing was written", ""}
}

func (p Pull) insert(file File, i int, value release.Secret, fresh bool) (File, error) {
	v := p.Matrix.Variables[i]
	spelling, err := QuoteHere(value.Reveal())
	if err != nil {
		return File{}, err
	}
	lines := []string{v.Name + "=" + spelling}
	if fresh {
		lines = slices.Concat([]string{"", exampleLines(v)[0]}, lines)
	}
	after, _ := seatsIn(file, p.Matrix.Variables).of(i)
	return file.Insert(after, lines...)
}
