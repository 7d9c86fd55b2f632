package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"readme/cli/release"
)

// How long a vendor's list may not show what the vendor has just accepted, and how often it is looked at.
const (
	keptWithin = 15 * time.Second
	keptPoll   = time.Second
)

// Keeper is one vendor's way to the variables of one service, for WriteVariables.
type Keeper struct {
	Vendor  string // for errors
	Service string // for errors

	Read  func(ctx context.Context) ([]Variable, error)
	Write func(ctx context.Context, vars []NewVariable) error
	Back  func(ctx context.Context) ([]Variable, error) // reads after the write, where names and values are enough; nil: Read
	// Moves says that each write of a variable moves its Updated. One that cannot be read and has the time that it had is
	// then one that was not kept.
	Moves bool
}

// WriteVariables writes variables by way of a Keeper, and reads back that they are there: with their value where it can be
// read, by their name where not. An *UnmovedError says that all are there, and that nobody can know of some whether they were written. It writes nothing at all where one of them is somebody else's, has no value, or has a mask
// for a value.
func WriteVariables(ctx context.Context, k Keeper, vars []NewVariable) error {
	if len(vars) == 0 {
		return nil
	}
	before, err := k.Read(ctx)
	if err != nil {
		return err
	}
	if why := unwritable(vars, before); why != "" {
		return fmt.Errorf("%s: write the variables of %s: %s; nothing was written", k.Vendor, k.Service, why)
	}
	if err := k.Write(ctx, vars); err != nil {
		return err
	}
	return k.readBack(ctx, vars, before)
}

// readBack looks until everything is there, or reads can no longer be late.
func (k Keeper) readBack(ctx context.Context, vars []NewVariable, before []Variable) error {
	read := k.Back
	if read == nil {
		read = k.Read
	}
	for end := time.Now().Add(keptWithin); ; {
		now, err := read(ctx)
		if err != nil {
			return fmt.Errorf("%w (the variables of %s were written, and could not be read back)", err, k.Service)
		}
		var not, still []string
		for _, v := range vars {
			was, is := named(before, v.Name), named(now, v.Name)
			if why := unlike(v, was, is); why != "" {
				not = append(not, v.Name+" "+why)
			} else if k.Moves && unmoved(was, is) {
				still = append(still, v.Name)
			}
		}
		switch late := !time.Now().Before(end); {
		case len(not)+len(still) == 0:
			return nil
		case late && len(not) > 0:
			return &NotKeptError{Vendor: k.Vendor, Service: k.Service, Not: not}
		case late:
			return &UnmovedError{Vendor: k.Vendor, Service: k.Service, Names: still}
		}
		t := time.NewTimer(keptPoll)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		}
	}
}

// NotKeptError says that a vendor has accepted variables, and does not have them afterwards.
type NotKeptError struct {
	Vendor, Service string
	Not             []string // a name and what is wrong with it, each
}

// Error names the variables, and no value.
func (e *NotKeptError) Error() string {
	return fmt.Sprintf("%s: write the variables of %s: it was accepted, but %s", e.Vendor, e.Service, strings.Join(e.Not, ", "))
}

// UnmovedError says that variables that nobody can read are there, and that their vendor does not say that they were written just now: they
// had that value already, or were not kept. Only who knows what they were before can tell.
type UnmovedError struct {
	Vendor, Service string
	Names           []string
}

// Error names the variables.
func (e *UnmovedError) Error() string {
	return fmt.Sprintf("%s: write the variables of %s: it was accepted, but %s was last written before that, says %s", e.Vendor, e.Service, strings.Join(e.Names, ", "), e.Vendor)
}

// unmoved reports whether one that can be read neither before nor after a write was not written by it, by the vendor's own word.
func unmoved(was, is *Variable) bool {
	return was != nil && !was.Readable && !is.Readable && !was.Updated.IsZero() && !is.Updated.After(was.Updated)
}

// unlike says what is wrong with a variable after it was written as v; "" for nothing. Was and is are nil where there was or
// is none.
func unlike(v NewVariable, was, is *Variable) string {
	hidden := was != nil && !was.Readable
	switch {
	case is == nil:
		return "is not there"
	case is.Readable && is.Value.Empty():
		return "reads back empty"
	case is.Readable && is.Value.Reveal() != v.Value.Reveal():
		return "has another value than was written"
	case is.Readable:
		return ""
	case !is.Sensitive && !hidden: // it ought to be readable, and one that could not be read before says nothing new
		return "reads back empty"
	}
	return ""
}

// unwritable says which variable cannot be written, and why.
func unwritable(vars []NewVariable, there []Variable) string {
	for i, v := range vars {
		has := named(there, v.Name)
		switch {
		case slices.ContainsFunc(vars[:i], func(o NewVariable) bool { return o.Name == v.Name }):
			return v.Name + " is given twice"
		case v.Value.Empty():
			return v.Name + " has no value here"
		case Masked(v.Value):
			return v.Name + " has a mask for a value, such as a vendor's tool writes for one that it cannot read"
		case has != nil && has.Owner != "":
			return v.Name + " belongs to " + has.Owner
		}
	}
	return ""
}

// Masked reports whether a value is what vendors and their tools show in place of one: [SENSITIVE], or nothing but stars or
// dots.
func Masked(v release.Secret) bool {
	s := strings.TrimSpace(v.Reveal())
	return strings.EqualFold(s, "[SENSITIVE]") || len([]rune(s)) >= 3 && strings.Trim(s, "*•") == ""
}

func named(vars []Variable, name string) *Variable {
	i := slices.IndexFunc(vars, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return nil
	}
	return &vars[i]
}
